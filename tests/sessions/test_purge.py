"""The purge: what nobody asks about any more goes, in small batches, one process at a time."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, update

from authsvc.core.database import Database, try_turn
from authsvc.core.migrations import migrate
from authsvc.revocations.repository import RevocationRepository
from authsvc.sessions import purge as module
from authsvc.sessions.models import Session
from authsvc.sessions.purge import SessionPurge
from factories import MovedClock, bearer, get_tokens, is_alive, renew, sign_up
from guard.rows import count


@pytest.fixture
def purge(database: Database, clock: MovedClock) -> SessionPurge:
    return SessionPurge(database, clock)


async def test_ended_and_expired_sessions_go_thirty_days_later_and_live_ones_stay(
    client: httpx.AsyncClient, purge: SessionPurge, database: Database, clock: MovedClock
) -> None:
    await sign_up(client)
    ended = await get_tokens(client)
    await client.post("/auth/logout", headers=bearer(ended["access_token"]))
    await get_tokens(client)
    assert await purge.run() == 0
    clock.move(hours=23)
    assert await purge.run() == 1  # the revocation
    assert (await renew(client, ended["refresh_token"])).status_code == 400
    assert await count(database, "sessions") == 2
    clock.move(days=29, hours=2)
    assert await purge.run() == 1
    assert await count(database, "sessions") == 1
    live = await get_tokens(client)
    clock.move(days=6)
    live = (await renew(client, live["refresh_token"])).json()
    clock.move(days=2)
    assert await purge.run() == 1
    assert await count(database, "sessions") == 1
    assert (await renew(client, live["refresh_token"])).status_code == 200


async def test_an_ending_stays_as_long_as_a_token_is_in_time(
    app: FastAPI, client: httpx.AsyncClient, purge: SessionPurge, clock: MovedClock
) -> None:
    await sign_up(client)
    ended = await get_tokens(client)
    await client.post("/auth/logout", headers=bearer(ended["access_token"]))
    clock.move(minutes=14)
    assert await purge.run() == 0
    assert not await is_alive(client, ended["access_token"])
    await app.state.revocations.poll()
    assert not await is_alive(client, ended["access_token"])


async def test_the_table_stays_bounded_under_churn_in_small_batches(
    client: httpx.AsyncClient, purge: SessionPurge, database: Database, clock: MovedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "_BATCH", 4)
    await sign_up(client)
    for _ in range(6):
        for _ in range(5):
            await get_tokens(client)
        clock.move(days=20)
        await purge.run()
        assert await count(database, "sessions") <= 15


async def test_one_process_at_a_time(empty_postgresql: str, clock: MovedClock) -> None:
    # On SQLite there is one writer anyway.
    one, two = Database(empty_postgresql), Database(empty_postgresql)
    await migrate(one)
    async with one.writing() as session:
        await RevocationRepository(session).add([(uuid4(), clock.now() - timedelta(hours=1))])
    async with one.writing() as session:
        assert await try_turn(session, "purge")
        assert await asyncio.wait_for(SessionPurge(two, clock).run(), 5) == 0
    assert await SessionPurge(two, clock).run() == 1
    for database in (one, two):
        await database.dispose()


async def test_a_session_that_is_refreshed_meanwhile_is_not_lost(
    client: httpx.AsyncClient, purge: SessionPurge, database: Database, clock: MovedClock
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    async with database.writing() as session:
        far = clock.now() + timedelta(days=3)
        await session.exec(
            update(Session).where(col(Session.generation) == 0).values(expires_at=far)
        )
    clock.move(days=2)
    await asyncio.gather(purge.run(), renew(client, pair["refresh_token"]))
    assert await count(database, "sessions") == 1
