"""`authsvc sessions end`: signs somebody out everywhere, also while the service runs."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from cli.terminal import Ended, authsvc
from factories import get_tokens, is_alive, renew, sign_up

ADA = "ada@example.com"


@pytest.fixture(autouse=True)
def _same_database(monkeypatch: pytest.MonkeyPatch, database_address: str) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", database_address)


async def _end(*arguments: str) -> Ended:
    return await asyncio.to_thread(authsvc, "sessions", "end", *arguments)


async def test_every_session_of_that_user_and_of_nobody_else(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await sign_up(client)
    await sign_up(client, "eve@example.com")
    pairs = [await get_tokens(client) for _ in range(2)]
    eve = await get_tokens(client, "eve@example.com")
    assert await _end("--user", " Ada@EXAMPLE.com") == (
        0, f"{ADA} is signed out; 2 sessions ended.\n", "",
    )  # fmt: skip
    await app.state.revocations.poll()
    for pair in pairs:
        assert not await is_alive(client, pair["access_token"])
        assert (await renew(client, pair["refresh_token"])).status_code == 400
    assert await is_alive(client, eve["access_token"])
    assert await is_alive(client, (await get_tokens(client))["access_token"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    ((("--user", "eve@example.com"), "no account"), (("--user", "x"), "Not a valid e-mail")),
)
async def test_who_is_not_there_is_said_in_one_line(
    client: httpx.AsyncClient, arguments: tuple[str, ...], says: str
) -> None:
    ended = await _end(*arguments)
    assert (ended.status, ended.out) == (1, "")
    assert says in ended.err
    assert (await _end()).status != 0
