"""Refreshing: one lineage for all tabs, theft noticed, ends that refreshing cannot move."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.sessions.models import Session
from authsvc.sessions.refresh_token import RefreshTokens
from factories import (
    SECRET,
    AppFactory,
    MovedClock,
    get_tokens,
    is_alive,
    make_client,
    renew,
    sign_up,
)
from guard.rows import all_rows


async def _row(database: Database, refresh_token: str) -> Session:
    async with database.reading() as session:
        row = await session.get(Session, UUID(refresh_token.split(".")[1]))
        assert row
        return row


async def test_a_refresh_token_gives_a_new_pair_and_the_old_access_token_lives_on(
    client: httpx.AsyncClient, clock: MovedClock, database: Database
) -> None:
    await sign_up(client)
    old = await get_tokens(client)
    clock.move(minutes=14)
    answer = await renew(client, old["refresh_token"])
    assert answer.status_code == 200
    new = answer.json()
    assert {**new, "access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 900,
        "refresh_token": "",
        "scope": "profile",
    }
    assert new["refresh_token"] != old["refresh_token"]
    assert await is_alive(client, old["access_token"])
    clock.move(minutes=14)
    assert await is_alive(client, new["access_token"])
    row = await _row(database, new["refresh_token"])
    assert row.generation == 1
    assert row.last_used_at - row.created_at == timedelta(minutes=14)


async def test_within_the_grace_it_gives_the_same_successor_again(
    client: httpx.AsyncClient, clock: MovedClock, database: Database
) -> None:
    await sign_up(client)
    first = await get_tokens(client)
    second = (await renew(client, first["refresh_token"])).json()
    for _ in range(3):
        clock.move(seconds=10)
        again = (await renew(client, first["refresh_token"])).json()
        assert again["refresh_token"] == second["refresh_token"]
        assert again["access_token"] != second["access_token"]
        assert await is_alive(client, again["access_token"])
    assert (await _row(database, first["refresh_token"])).generation == 1
    assert (await renew(client, second["refresh_token"])).status_code == 200


async def test_a59_after_the_grace_a_used_token_ends_the_session(
    client: httpx.AsyncClient, clock: MovedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    await sign_up(client)
    first = await get_tokens(client)
    second = (await renew(client, first["refresh_token"])).json()
    other = await get_tokens(client)
    clock.move(seconds=30, microseconds=1)
    answer = await renew(client, first["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (await renew(client, second["refresh_token"])).status_code == 400
    assert not await is_alive(client, second["access_token"])
    assert await is_alive(client, other["access_token"])
    assert capsys.readouterr().err.count('"event":"refresh_reuse"') == 1


async def test_a59_two_generations_old_is_theft_also_within_the_grace(
    client: httpx.AsyncClient,
) -> None:
    await sign_up(client)
    first = await get_tokens(client)
    second = (await renew(client, first["refresh_token"])).json()
    third = (await renew(client, second["refresh_token"])).json()
    assert (await renew(client, first["refresh_token"])).status_code == 400
    for pair in (first, second, third):
        assert (await renew(client, pair["refresh_token"])).status_code == 400
        assert not await is_alive(client, pair["access_token"])


async def test_without_a_grace_a_second_use_is_theft_at_once(start: AppFactory) -> None:
    async with start(refresh_grace="0") as app, make_client(app) as client:
        await sign_up(client)
        first = await get_tokens(client)
        second = (await renew(client, first["refresh_token"])).json()
        assert (await renew(client, first["refresh_token"])).status_code == 400
        assert (await renew(client, second["refresh_token"])).status_code == 400
        assert not await is_alive(client, second["access_token"])


async def test_what_is_malformed_foreign_or_of_the_future_ends_nobodys_session(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["refresh_token"]
    other = (await get_tokens(client))["refresh_token"]
    row = await _row(database, token)
    future = RefreshTokens(ApplicationSecret(SECRET)).derive(
        row.model_copy(update={"generation": 7})
    )
    foreign = RefreshTokens(ApplicationSecret(SECRET[::-1])).derive(row)
    version, session_id, generation, proof = token.split(".")
    before = await all_rows(database)
    for text in (
        future,
        foreign,
        f"{version}.{session_id}.{generation}.{other.split('.')[3]}",
        f"{version}.{session_id}.5.{proof}",
        f"{version}.{session_id}.-1.{proof}",
        f"{version}.{session_id}.{generation}.{proof[:-1]}",
        f"{version}.{session_id[:-1]}.{generation}.{proof}",
        f"{version}.{'0' * 32}.{generation}.{proof}",
        f"r2.{session_id}.{generation}.{proof}",
        token.upper(),
        token + "x",
        token[1:],
        "x" * 5000,
    ):
        answer = await renew(client, text)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), text
    assert await all_rows(database) == before
    assert (await renew(client, token)).status_code == 200


async def test_a_changed_secret_logs_nobody_out(start: AppFactory) -> None:
    new = "f7Qn2LrT9wYb4KcV6mXz8PjH3sDg5aEu"
    async with start() as app, make_client(app) as client:
        await sign_up(client)
        pair = await get_tokens(client)
    async with (
        start(secret_key=new, secret_key_previous=SECRET) as app,
        make_client(app) as client,
    ):
        assert await is_alive(client, pair["access_token"])
        renewed = (await renew(client, pair["refresh_token"])).json()
        assert (await renew(client, renewed["refresh_token"])).status_code == 200


async def test_a_clock_that_is_behind_changes_nothing(
    app: FastAPI, client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    first = await get_tokens(client)
    second = (await renew(client, first["refresh_token"])).json()
    clock.move(seconds=-5)
    again = (await renew(client, first["refresh_token"])).json()
    assert again["refresh_token"] == second["refresh_token"]
    assert await is_alive(client, again["access_token"])
