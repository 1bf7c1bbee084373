"""Who may read the documentation, and where a browser is sent that may not."""

import httpx
import pytest
from fastapi import FastAPI

from factories import AppFactory, bearer, get_tokens, make_client, sign_in, sign_up
from guard.wire import ask, make_walls

PATHS = ("/docs", "/redoc", "/openapi.json")
BROWSER = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")


@pytest.mark.parametrize("path", PATHS)
async def test_a_stranger_gets_401_and_a_browser_the_way_in(path: str) -> None:
    for lines in ([], [("accept", "*/*")], [("accept", "application/json")]):
        answer = await ask(make_walls(), "GET", path, lines)
        assert (answer.status, answer.slug) == (401, "not-authenticated")
    answer = await ask(make_walls(), "GET", path, [BROWSER])
    assert (answer.status, answer.body) == (303, b"")
    assert answer.one("location") == f"/login?next={path}"


@pytest.mark.parametrize("path", PATHS)
async def test_a_browser_with_a_dead_token_is_shown_the_way_in_as_well(path: str) -> None:
    for line in (("cookie", "authsvc_access=x"), ("authorization", "Bearer x")):
        answer = await ask(make_walls(), "GET", path, [line])
        assert (answer.status, answer.slug) == (401, "invalid-token")
        answer = await ask(make_walls(), "GET", path, [line, BROWSER])
        assert answer.one("location") == f"/login?next={path}"


async def test_two_credentials_are_refused_also_for_browsers() -> None:
    lines = [BROWSER, ("cookie", "authsvc_access=x; authsvc_access=y")]
    answer = await ask(make_walls(), "GET", "/docs", lines)
    assert (answer.status, answer.slug) == (400, "ambiguous-credentials")


async def test_the_way_back_is_made_of_our_own_path_only() -> None:
    for query in ("next=https://evil.example", "next=//evil.example", "a=b%0d%0aSet-Cookie:x"):
        answer = await ask(make_walls(), "GET", f"/docs?{query}", [BROWSER])
        assert answer.one("location") == "/login?next=/docs"


async def test_the_signed_in_read_by_cookie_and_by_bearer(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    headers = bearer((await get_tokens(client))["access_token"])
    kinds = dict(zip(PATHS, ("text/html; charset=utf-8",) * 2 + ("application/json",), strict=True))
    for path, kind in kinds.items():
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    await sign_in(client)
    for path in PATHS:
        assert (await client.get(path)).status_code == 200
    assert (await client.get("/openapi.json")).json()["openapi"].startswith("3.")


@pytest.mark.parametrize("path", PATHS)
async def test_public_documentation_is_for_everybody(path: str) -> None:
    walls = make_walls(docs_access="public")
    for lines in ([], [BROWSER], [("cookie", "authsvc_access=x")]):
        answer = await ask(walls, "GET", path, lines)
        assert answer.status == 200
        assert answer.one("cache-control") == "no-store"


@pytest.mark.parametrize("path", PATHS)
async def test_switched_off_there_is_none_for_anybody(path: str) -> None:
    for lines in ([], [BROWSER], [("authorization", "Bearer x")]):
        answer = await ask(make_walls(docs_access="off"), "GET", path, lines)
        assert (answer.status, answer.slug) == (404, "not-found")


async def test_switched_off_not_even_for_the_signed_in(start: AppFactory) -> None:
    async with start(docs_access="off") as app, make_client(app) as client:
        await sign_up(client)
        await sign_in(client)
        for path in PATHS:
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/profile")).status_code == 200


@pytest.mark.parametrize("path", PATHS[:2])
async def test_the_viewers_load_our_own_files_only(path: str) -> None:
    walls: FastAPI = make_walls(docs_access="public")
    answer = await ask(walls, "GET", path)
    policy = answer.one("content-security-policy").split("; ")
    assert "script-src 'self'" in policy
    assert "connect-src 'self'" in policy
    html = answer.body.decode()
    assert "://" not in html
    files = [part.split('"')[0] for part in html.split('src="')[1:]]
    assert files
    for file in files:
        assert file.startswith("/static/")
        assert (await ask(walls, "GET", file)).status == 200
