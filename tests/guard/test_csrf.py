"""Requests of other sites: which are refused, and that nothing was read or written before."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import get_tokens, make_client, sign_up
from guard.rows import all_rows
from guard.wire import Lines, as_json, ask, make_walls

OURS = "http://localhost:8000"
LISTED = "https://app.example"
ORIGINS = (OURS, LISTED)
STRANGE = (
    "https://evil.example",
    "null",
    "",
    "http://localhost",
    "http://localhost:80000",
    "https://localhost:8000",
    "http://localhost:8000/",
    "http://localhost:8000.evil.example",
    "http://localhost:8000@evil.example",
    "HTTP://LOCALHOST:8000",
    "http://sub.localhost:8000",
    "http://app.example",
    "https://app.example.evil.example",
    "https://xapp.example",
    "https://app.example:8443",
    "*",
    f"{OURS}, {LISTED}",
    f"{OURS} {LISTED}",
    "file://",
    b"\xff",
)
COOKIES = ("authsvc_access=x", "authsvc_refresh=x", "a=b; authsvc_refresh=x", "authsvc_access=")
COOKIE = ("cookie", "authsvc_access=x")
UNSAFE = (
    ("POST", "/auth/login"),
    ("POST", "/auth/logout"),
    ("POST", "/auth/register"),
    ("POST", "/auth/token"),
    ("PATCH", "/profile"),
    ("DELETE", "/profile"),
    ("PUT", "/nowhere"),
)


async def _is_refused(method: str, path: str, *lines: tuple[str, str | bytes]) -> bool:
    def unread() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    framing: Lines = [("content-length", "99999")]
    walls = make_walls(allowed_origins=LISTED)
    answer = await ask(walls, method, path, [*framing, *lines], unread())
    if answer.status != 403:
        # What stands behind is not reached either: the announced length is too large.
        assert answer.status == 413
        return False
    if path == "/auth/token":
        assert answer.json["error"] == "invalid_request"
    else:
        assert answer.slug == "cross-site-request"
    assert not answer.all("set-cookie")
    return True


@pytest.mark.parametrize(("method", "path"), UNSAFE)
async def test_another_sites_request_with_our_cookies_is_refused_unread(
    method: str, path: str
) -> None:
    for cookie in COOKIES:
        line = ("cookie", cookie)
        for origin in STRANGE:
            assert await _is_refused(method, path, line, ("origin", origin)), origin
        for site in ("cross-site", "same-site", "", "Same-Origin", "same-origin, none"):
            assert await _is_refused(method, path, line, ("sec-fetch-site", site)), site


@pytest.mark.parametrize(("method", "path"), UNSAFE)
async def test_our_own_pages_and_listed_ones_pass(method: str, path: str) -> None:
    for site in ("same-origin", "none"):
        assert not await _is_refused(method, path, COOKIE, ("sec-fetch-site", site))
    for origin in ORIGINS:
        assert not await _is_refused(method, path, COOKIE, ("origin", origin))
        for site in ("cross-site", "same-site"):
            lines = (("sec-fetch-site", site), ("origin", origin))
            assert not await _is_refused(method, path, COOKIE, *lines)


@pytest.mark.parametrize(("method", "path"), UNSAFE)
async def test_what_is_no_browser_passes(method: str, path: str) -> None:
    assert not await _is_refused(method, path, COOKIE)
    assert not await _is_refused(method, path)


async def test_fetch_metadata_of_ours_outweighs_the_origin() -> None:
    # A proxy can rewrite Origin, and some privacy settings make it null. No page sets the other.
    lines = (("sec-fetch-site", "same-origin"), ("origin", "null"))
    assert not await _is_refused("POST", "/auth/logout", COOKIE, *lines)


@pytest.mark.parametrize(
    "lines",
    (
        [("origin", OURS), ("origin", "https://evil.example")],
        [("origin", "https://evil.example"), ("origin", OURS)],
        [("origin", OURS), ("origin", OURS)],
        [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "none")],
        [("sec-fetch-site", "cross-site"), ("referer", f"{OURS}/login")],
    ),
)
async def test_doubled_headers_count_as_strange(lines: list[tuple[str, str]]) -> None:
    assert await _is_refused("POST", "/auth/logout", COOKIE, *lines)


async def test_signing_in_is_refused_without_any_cookie_and_with_a_bearer_too() -> None:
    evil = ("origin", "https://evil.example")
    bearer = ("authorization", "Bearer x")
    assert await _is_refused("POST", "/auth/login", evil)
    assert await _is_refused("POST", "/auth/login", evil, bearer)
    assert await _is_refused("POST", "/auth/login", ("sec-fetch-site", "cross-site"), bearer)


@pytest.mark.parametrize(("method", "path"), UNSAFE[1:])
async def test_without_cookies_of_ours_there_is_nothing_to_misuse(method: str, path: str) -> None:
    evil = ("origin", "https://evil.example")
    assert not await _is_refused(method, path, evil)
    assert not await _is_refused(method, path, evil, ("cookie", "other=x; authsvc=y"))
    assert not await _is_refused(method, path, evil, COOKIE, ("authorization", "Bearer x"))
    assert not await _is_refused(method, path, evil, COOKIE, ("authorization", "Basic x"))


async def test_reading_is_not_in_question() -> None:
    walls = make_walls()
    lines = [COOKIE, ("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
    assert (await ask(walls, "GET", "/profile", lines)).slug == "invalid-token"
    assert (await ask(walls, "OPTIONS", "/auth/logout", lines)).status == 405


async def test_behind_https_the_prefixed_cookies_count() -> None:
    walls = make_walls(public_url="https://auth.example")
    for cookie in ("__Host-authsvc_access=x", "__Host-authsvc_refresh=x"):
        lines = [("cookie", cookie), ("origin", OURS)]
        assert (await ask(walls, "POST", "/auth/logout", lines)).status == 403


async def test_a_refused_request_changes_no_row(app: FastAPI, database: Database) -> None:
    async with make_client(app) as client:
        await sign_up(client)
        pair = await get_tokens(client)
    before = await all_rows(database)
    cookies = f"authsvc_access={pair['access_token']}; authsvc_refresh={pair['refresh_token']}"
    bodies: dict[str, object] = {
        "/auth/login": {"email": "ada@example.com", "password": "a fern under seven moons"},
        "/auth/register": {"email": "eve@example.com", "password": "a fern under seven moons"},
        "/auth/logout": {},
        "/profile": {"name": "Eve"},
    }
    for path, body in bodies.items():
        method = "PATCH" if path == "/profile" else "POST"
        for told in (("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")):
            lines, chunks = as_json(body)
            answer = await ask(app, method, path, [*lines, told, ("cookie", cookies)], chunks)
            assert (answer.status, answer.slug) == (403, "cross-site-request")
    assert await all_rows(database) == before
