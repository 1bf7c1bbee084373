"""`GET /auth/verify`: whose request is it? Answered without a query, whatever else came along."""

import json
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.middleware import Middleware

from authsvc.core.database import Database
from authsvc.core.express import Express
from factories import AppFactory, MovedClock, bearer, get_tokens, make_client, sign_in, sign_up
from guard.rows import blind
from guard.wire import Lines, ask, make_walls

PATH = "/auth/verify"
IDENTITY = ("x-auth-subject", "x-auth-session", "x-auth-scope")

# What the request that a proxy asks about may have said of its body. The proxy keeps the body.
ABOUT_A_BODY: tuple[Lines, ...] = (
    [("content-type", "multipart/form-data; boundary=x"), ("content-length", "50000000")],
    [("content-type", "text/plain"), ("content-type", "text/html"), ("content-length", "x")],
    [("content-encoding", "gzip"), ("transfer-encoding", "chunked")],
    [("content-type", "application/json"), ("content-length", "9"), ("expect", "100-continue")],
)


async def test_the_signed_in_pass_with_their_ids_by_header_or_cookie(
    client: httpx.AsyncClient,
) -> None:
    profile = await sign_up(client)
    session = (await sign_in(client))["session"]
    answer = await client.get(PATH)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [answer.headers[name] for name in IDENTITY] == [profile["id"], session["id"], "profile"]
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    token = (await get_tokens(client))["access_token"]
    by_header = await client.get(PATH, headers=bearer(token))
    assert by_header.headers["x-auth-subject"] == profile["id"]
    assert by_header.headers["x-auth-session"] != session["id"]


async def test_each_refusal_is_the_one_of_every_other_route(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    ended, late = [(await get_tokens(client))["access_token"] for _ in range(2)]
    await client.post("/auth/logout", headers=bearer(ended))
    good = [("authorization", f"Bearer {late}")]
    presented: list[tuple[int, Lines]] = [
        (401, []),
        (401, [("authorization", "Bearer x")]),
        (401, [("authorization", f"Bearer {ended}")]),
        (401, [("authorization", "Basic eDp5"), ("cookie", f"authsvc_access={late}")]),
        (400, [*good, *good]),
        (400, [("cookie", "authsvc_access=x; authsvc_access=y")]),
    ]
    app = client._transport.app  # type: ignore[attr-defined]
    seen = [await _same_refusal(app, status, lines) for status, lines in presented]
    assert (await ask(app, "GET", PATH, good)).status == 204
    clock.move(minutes=15)
    seen.append(await _same_refusal(app, 401, good))
    assert set(seen) == {
        "not-authenticated",
        "invalid-token",
        "session-ended",
        "ambiguous-credentials",
        "token-expired",
    }


async def _same_refusal(app: FastAPI, status: int, lines: Lines) -> str:
    ours, others = [await ask(app, "GET", path, lines) for path in (PATH, "/openapi.json")]
    assert ours.status == others.status == status
    assert ours.all("www-authenticate") == others.all("www-authenticate")
    assert not any(ours.all(name) for name in IDENTITY)
    assert {**ours.json, "request_id": ""} == {**others.json, "request_id": ""}
    return ours.slug


@pytest.fixture
def statements(app: FastAPI) -> Iterator[list[str]]:
    """Write down every statement that is sent to the database, but for the feed's own."""
    database: Database = app.state.database
    engines = [engine.sync_engine for engine in (database._engine, database._read_engine)]
    seen: list[str] = []

    def note(*about: object) -> None:
        if "FROM revocations" not in str(about[2]):
            seen.append(str(about[2]))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def test_no_query_is_made_unless_the_feed_is_blind(
    app: FastAPI, client: httpx.AsyncClient, clock: MovedClock, statements: list[str]
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    assert statements
    statements.clear()
    for headers in (bearer(token), bearer("x"), {}):
        await client.get(PATH, headers=headers)
    assert statements == []
    blind(app)
    clock.move(seconds=3)
    assert (await client.get(PATH, headers=bearer(token))).status_code == 204
    assert any("FROM sessions" in statement for statement in statements)


@pytest.mark.parametrize("about", ABOUT_A_BODY)
async def test_what_the_request_says_of_its_body_does_not_matter(about: Lines) -> None:
    def unread() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    answer = await ask(make_walls(), "GET", PATH, about, unread())
    assert answer.slug == "not-authenticated"


async def test_long_headers_are_refused_here_too() -> None:
    for size, slug in ((16_000, "not-authenticated"), (16_384, "headers-too-large")):
        answer = await ask(make_walls(), "GET", PATH, [("x-filler", "a" * size)])
        assert answer.slug == slug


async def test_the_route_behind_it_says_the_same(start: AppFactory) -> None:
    async with start() as app, make_client(app) as client:
        await sign_up(client)
        headers = bearer((await get_tokens(client))["access_token"])
        direct = await client.get(PATH, headers=headers)
        [express] = [layer for layer in app.user_middleware if _is_express(layer)]
        express.kwargs["endpoints"] = {}
        app.middleware_stack = None
        routed = await client.get(PATH, headers=headers)
        del direct.headers["x-request-id"], routed.headers["x-request-id"]
        assert (routed.status_code, routed.headers) == (204, direct.headers)
        assert (await client.get(PATH, headers={"Content-Type": "text/plain"})).status_code == 415


def _is_express(layer: Middleware) -> bool:
    return layer.cls is Express  # type: ignore[comparison-overlap]


async def test_refusals_are_logged_and_nothing_else(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    capsys.readouterr()
    assert (await client.get(PATH, headers=bearer(token))).status_code == 204
    await client.get(PATH, headers=bearer(f"{token}x"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    ours = [line for line in lines if line["logger"].startswith("authsvc")]
    assert [(line["event"], line["reason"]) for line in ours] == [("token_refused", "base64")]
