"""Who only looks at their profile is answered before routing, with what the route answers."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from credentials.instruments import set_columns
from factories import MovedClock, get_tokens, sign_up
from guard.wire import Answer, Lines, ask

PATHS = ("/profile", "/getProfile")
# Says nothing of interest, and leads past the express way.
BY_THE_ROUTE: Lines = [("content-length", "0")]
NAMES = ('Ada "\\" Löwe', "</script>&'", "\u2028\u2029 \U0001f98a", "A\u0301da\ufffd\u200b", "/é")


async def _both(app: FastAPI, path: str, lines: Lines) -> list[Answer]:
    def unread() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    express = await ask(app, "GET", path, lines, unread())
    return [express, await ask(app, "GET", path, [*lines, *BY_THE_ROUTE])]


def _same(express: Answer, ordinary: Answer) -> None:
    own = express.one("x-request-id"), ordinary.one("x-request-id")
    assert own[0] != own[1]
    assert express.status == ordinary.status
    assert express.body.replace(own[0].encode(), own[1].encode()) == ordinary.body
    lines = [(name, value.replace(own[0], own[1])) for name, value in express.lines]
    assert lines == ordinary.lines


@pytest.mark.parametrize("path", PATHS)
async def test_the_answer_is_the_routes_own_to_the_byte(
    app: FastAPI, client: httpx.AsyncClient, database: Database, path: str
) -> None:
    await sign_up(client, name="Ada")
    authorization: Lines = [
        ("authorization", f"Bearer {(await get_tokens(client))['access_token']}")
    ]
    for name in (*NAMES, None):
        roles = [name] if name else []
        await set_columns(database, "ada@example.com", name=name, roles=roles)
        express, ordinary = await _both(app, path, authorization)
        _same(express, ordinary)
        assert (express.json["name"], express.json["roles"]) == (name, roles)
    await set_columns(database, "ada@example.com", is_active=False)
    express, ordinary = await _both(app, path, authorization)
    _same(express, ordinary)
    assert express.slug == "session-ended"


@pytest.mark.parametrize("path", PATHS)
async def test_so_is_every_refusal(
    app: FastAPI, client: httpx.AsyncClient, clock: MovedClock, path: str
) -> None:
    await sign_up(client)
    genuine = ("authorization", f"Bearer {(await get_tokens(client))['access_token']}")
    refusals: dict[str, Lines] = {
        "not-authenticated": [],
        "invalid-token": [("authorization", "Bearer x")],
        "ambiguous-credentials": [genuine, genuine],
        "headers-too-large": [genuine, ("x-much", "x" * 17_000)],
        "token-expired": [genuine],
    }
    for slug, lines in refusals.items():
        if slug == "token-expired":
            clock.move(minutes=16)
        express, ordinary = await _both(app, path, lines)
        _same(express, ordinary)
        assert express.slug == slug


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_wrong_with_a_body_is_still_refused(app: FastAPI, path: str) -> None:
    wrong: dict[str, Lines] = {
        "unsupported-media-type": [("content-encoding", "gzip")],
        "body-too-large": [("content-length", "999999")],
    }
    for slug, lines in wrong.items():
        assert (await ask(app, "GET", path, lines)).slug == slug
    text: Lines = [("content-type", "text/plain")]
    assert (await ask(app, "GET", path, text)).slug == "unsupported-media-type"
    chunked: Lines = [("content-type", "application/json"), ("transfer-encoding", "chunked")]
    assert (await ask(app, "GET", path, chunked, [b"{"])).slug == "malformed-body"
