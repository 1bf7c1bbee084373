"""`POST /auth/refresh`: the cookies anew, from the refresh cookie and nothing else."""

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import AppFactory, MovedClock, bearer, get_tokens, make_client, sign_in, sign_up
from guard.rows import all_rows
from guard.wire import ask


def _is(answer: httpx.Response, slug: str) -> bool:
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    return str(answer.json()["type"]).endswith(f"/problems/{slug}")


async def test_it_answers_as_login_does_and_renews_both_cookies(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    login = await sign_in(client)
    before = dict(client.cookies)
    clock.move(minutes=16)
    assert _is(await client.get("/profile"), "token-expired")
    answer = await client.post("/auth/refresh")
    assert answer.status_code == 200
    body = answer.json()
    assert body["profile"] == login["profile"]
    assert body["session"]["id"] == login["session"]["id"]
    assert body["session"]["created_at"] == login["session"]["created_at"]
    assert body["session"]["expires_at"] > login["session"]["expires_at"]
    assert set(body) == set(login)
    lines = answer.headers.get_list("set-cookie")
    tails = [line.partition("; ")[2] for line in lines]
    assert tails == [
        "Path=/; Max-Age=604800; HttpOnly; SameSite=Lax",
        "Path=/; Max-Age=604800; HttpOnly; SameSite=Strict",
    ]
    for name in ("authsvc_access", "authsvc_refresh"):
        assert client.cookies[name] != before[name]
        assert client.cookies[name] not in answer.text
    assert (await client.get("/profile")).status_code == 200


async def test_the_cookies_live_as_long_as_the_session_still_does(
    start: AppFactory, clock: MovedClock
) -> None:
    lifetimes = {"session_idle_ttl": "900", "session_max_ttl": "1000"}
    async with start(**lifetimes) as app, make_client(app) as client:
        await sign_up(client)
        await sign_in(client)
        clock.move(seconds=400)
        answer = await client.post("/auth/refresh")
    assert "Max-Age=600;" in answer.headers["set-cookie"]


async def test_each_refusal_has_its_own_401(client: httpx.AsyncClient, clock: MovedClock) -> None:
    await sign_up(client)
    assert _is(await client.post("/auth/refresh"), "not-authenticated")
    await sign_in(client)
    kept = dict(client.cookies)
    await client.post("/auth/refresh")
    clock.move(seconds=31)
    client.cookies.clear()
    client.cookies.update(kept)
    assert _is(await client.post("/auth/refresh"), "session-ended")
    assert _is(await client.get("/profile"), "session-ended")
    for text in ("x", kept["authsvc_access"], kept["authsvc_refresh"][:-1]):
        client.cookies.set("authsvc_refresh", text)
        assert _is(await client.post("/auth/refresh"), "invalid-token")


async def test_a_header_decides_alone_and_cannot_refresh(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    await sign_in(client)
    pair = await get_tokens(client)
    for token in (pair["access_token"], pair["refresh_token"], "x"):
        answer = await client.post("/auth/refresh", headers=bearer(token))
        assert _is(answer, "invalid-token")


async def test_two_refresh_cookies_are_refused_and_nothing_is_touched(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await sign_in(client)
    token = client.cookies["authsvc_refresh"]
    before = await all_rows(database)
    for cookies in (f"authsvc_refresh={token}; authsvc_refresh=x",) * 2:
        answer = await ask(app, "POST", "/auth/refresh", [("cookie", cookies)])
        assert (answer.status, answer.slug) == (400, "ambiguous-credentials")
    assert await all_rows(database) == before


@pytest.mark.parametrize(
    "headers",
    (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ),
)
async def test_a73_pages_of_other_sites_cannot_refresh(
    client: httpx.AsyncClient, database: Database, headers: dict[str, str]
) -> None:
    await sign_up(client)
    await sign_in(client)
    before = await all_rows(database)
    # Not even with a header, which elsewhere would take the cookies out of the question.
    for more in ({}, bearer("x")):
        answer = await client.post("/auth/refresh", headers={**headers, **more})
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/problems/cross-site-request")
    assert await all_rows(database) == before
