"""`POST /auth/revoke`: whoever holds a token ends its session; everything else changes nothing."""

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import MovedClock, get_tokens, is_alive, renew, sign_up
from guard.rows import all_rows
from guard.wire import as_form, ask


async def _revoke(client: httpx.AsyncClient, token: str, **more: str) -> None:
    answer = await client.post("/auth/revoke", data={"token": token, **more})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", ("access_token", "refresh_token"))
@pytest.mark.parametrize("hint", (None, "access_token", "refresh_token", "something"))
async def test_either_token_ends_the_session_whatever_the_hint(
    client: httpx.AsyncClient, kind: str, hint: str | None
) -> None:
    await sign_up(client)
    pair, other = await get_tokens(client), await get_tokens(client)
    hints = {"token_type_hint": hint} if hint else {}
    for _ in range(2):
        await _revoke(client, pair[kind], **hints)
    assert not await is_alive(client, pair["access_token"])
    assert (await renew(client, pair["refresh_token"])).status_code == 400
    assert await is_alive(client, other["access_token"])


async def test_an_older_refresh_token_of_the_session_ends_it_as_well(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    new = (await renew(client, pair["refresh_token"])).json()
    clock.move(minutes=20)
    await _revoke(client, pair["refresh_token"])
    assert (await renew(client, new["refresh_token"])).status_code == 400


async def test_foreign_and_broken_tokens_change_nothing_and_are_not_told_apart(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    before = await all_rows(database)
    for token in ("x", pair["access_token"] + "x", pair["refresh_token"][:-1], "\x00", "é" * 99):
        await _revoke(client, token)
    assert await all_rows(database) == before


async def test_a_bad_request_is_rfc_6749s(app: FastAPI) -> None:
    for body in (b"", b"token=", b"token_type_hint=access_token", b"token=x&token=y", b"token=%ff"):
        answer = await ask(app, "POST", "/auth/revoke", *as_form(body))
        assert (answer.status, answer.json["error"]) == (400, "invalid_request"), body
    assert (await ask(app, "GET", "/auth/revoke?token=x")).status == 405
