"""Attacks by way of a visitor's browser: other sites, sibling hosts, frames, caches, redirects."""

import httpx
import pytest
from fastapi import FastAPI

from factories import get_tokens, make_client, sign_in, sign_up
from guard.answers import FILES, KINDS, answer_of
from guard.wire import Lines, as_json, ask, make_walls

STRANGERS: tuple[Lines, ...] = (
    [("origin", "https://evil.example")],
    [("origin", "null")],
    [("sec-fetch-site", "cross-site")],
    [("sec-fetch-site", "same-site")],
    [("origin", "https://evil.localhost:8000"), ("sec-fetch-site", "same-site")],
    [("origin", "null"), ("sec-fetch-site", "cross-site")],
)
DOCS = ("/docs", "/redoc", "/openapi.json")
ELSEWHERE = (
    *(
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "\\\\evil",
    ),
    *("javascript:alert(1)", "%2f%2fevil.example", "/%09/evil.example", "%00", "a%0d%0aLocation:x"),
    *("data:text/html,x", "%ff", "", "%F0%9F%90%A2"),
)


@pytest.fixture
async def cookies(client: httpx.AsyncClient) -> str:
    await sign_up(client)
    pair = await get_tokens(client)
    return f"authsvc_access={pair['access_token']}; authsvc_refresh={pair['refresh_token']}"


async def test_a73_no_other_site_acts_with_a_visitors_cookies(app: FastAPI, cookies: str) -> None:
    cookie = ("cookie", cookies)
    lines, chunks = as_json({"name": "Eve"})
    for stranger in STRANGERS:
        answer = await ask(app, "PATCH", "/profile", [cookie, *lines, *stranger], chunks)
        assert (answer.status, answer.slug) == (403, "cross-site-request")
        answer = await ask(app, "POST", "/auth/logout", [cookie, *stranger])
        assert (answer.status, answer.slug) == (403, "cross-site-request")
        assert not answer.all("set-cookie")
    profile = await ask(app, "GET", "/profile", [cookie])
    assert (profile.status, profile.json["name"]) == (200, None)
    ours = ("origin", "http://localhost:8000")
    answer = await ask(app, "PATCH", "/profile", [cookie, *lines, ours], chunks)
    assert (answer.status, answer.json["name"]) == (200, "Eve")


async def test_a73_a_form_that_arrives_without_cookies_takes_none_away() -> None:
    # Same-site cookies stay at home, but an answer to a form could still clear them.
    for media_type in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
        lines = [("content-type", media_type), ("content-length", "0"), *STRANGERS[0]]
        answer = await ask(make_walls(), "POST", "/auth/logout", lines)
        assert (answer.status, answer.slug) == (415, "unsupported-media-type")
        assert not answer.all("set-cookie")
        assert not answer.all("clear-site-data")


async def test_a76_a_tossed_cookie_is_never_chosen(app: FastAPI, cookies: str) -> None:
    tossed: tuple[Lines, ...] = (
        [("cookie", f"{cookies}; authsvc_access=tossed")],
        [("cookie", f"authsvc_access=tossed; {cookies}")],
        [("cookie", cookies), ("cookie", "authsvc_access=tossed")],
        [("cookie", "authsvc_access=tossed"), ("cookie", cookies)],
        [("cookie", cookies), ("cookie", cookies)],
    )
    for lines in tossed:
        for method, path in (("GET", "/profile"), ("POST", "/auth/logout"), ("GET", "/docs")):
            answer = await ask(app, method, path, lines)
            assert (answer.status, answer.slug) == (400, "ambiguous-credentials")
    refresh = [("cookie", f"{cookies}; authsvc_refresh=tossed")]
    assert (await ask(app, "POST", "/auth/logout", refresh)).slug == "ambiguous-credentials"
    assert (await ask(app, "GET", "/profile", [("cookie", cookies)])).status == 200


@pytest.mark.parametrize("listed", ("", "https://app.example"))
async def test_a78_a_strange_origin_is_told_nothing(listed: str) -> None:
    walls = make_walls(allowed_origins=listed)
    wanted: Lines = [
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization"),
        ("access-control-request-private-network", "true"),
    ]
    for origin in ("https://evil.example", "null", "https://app.example.evil.example"):
        for method, more in (("OPTIONS", wanted), ("GET", []), ("POST", [])):
            answer = await ask(walls, method, "/profile", [("origin", origin), *more])
            assert not [name for name, _ in answer.lines if name.startswith("access-control-")]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in FILES])
async def test_a79_nothing_that_is_about_somebody_is_kept_by_a_cache(kind: str) -> None:
    answer = await answer_of(make_walls(allowed_origins="https://app.example"), kind)
    assert answer.one("cache-control") == "no-store"
    assert not answer.all("etag")
    assert not answer.all("last-modified")


async def test_a79_profile_login_and_tokens_are_never_cached(client: httpx.AsyncClient) -> None:
    profile = await sign_up(client)
    form = {
        "grant_type": "password",
        "username": profile["email"],
        "password": "a fern under seven moons",
    }
    answers = [await client.post("/auth/token", data=form)]
    await sign_in(client)
    conditions = {"if-none-match": "*", "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    for path in ("/profile", "/getProfile", *DOCS):
        answers.append(await client.get(path, headers=conditions))
        assert answers[-1].status_code == 200
    answers += [await client.post("/auth/logout"), await client.get("/profile")]
    for answer in answers:
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert "etag" not in answer.headers


@pytest.mark.parametrize("path", DOCS)
async def test_a81_the_documentation_is_for_the_signed_in(app: FastAPI, path: str) -> None:
    async with make_client(app) as client:
        answer = await client.get(path)
        assert answer.status_code == 401
        assert "openapi" not in answer.text
        await sign_up(client)
        await sign_in(client)
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        await client.post("/auth/logout")
        assert (await client.get(path)).status_code == 401


async def test_a83_the_server_follows_no_next_and_repeats_none() -> None:
    plain = await ask(make_walls(), "GET", "/login")
    for there in ELSEWHERE:
        for query in (f"next={there}", f"next=/docs&next={there}", f"next[]={there}", there):
            answer = await ask(make_walls(), "GET", f"/login?{query}")
            assert (answer.status, answer.body) == (200, plain.body)
            assert not answer.all("location")
            answer = await ask(make_walls(), "GET", f"/docs?{query}", [("accept", "text/html")])
            assert (answer.status, answer.one("location")) == (303, "/login?next=/docs")


@pytest.mark.parametrize("kind", KINDS)
async def test_a94_no_answer_can_be_framed(kind: str) -> None:
    answer = await answer_of(make_walls(allowed_origins="https://app.example"), kind)
    assert "frame-ancestors 'none'" in answer.one("content-security-policy")
    assert answer.one("x-frame-options") == "DENY"
    assert answer.one("cross-origin-resource-policy") == "same-origin"


@pytest.mark.parametrize("path", DOCS)
async def test_a94_nor_can_the_documentation(path: str) -> None:
    answer = await ask(make_walls(docs_access="public"), "GET", path)
    assert "frame-ancestors 'none'" in answer.one("content-security-policy")
    assert answer.one("x-frame-options") == "DENY"
