"""Sessions beyond one process: restarts, replicas whose clocks differ, tabs, a stolen database."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import event

from authsvc.app import create_app
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.sessions.models import Session
from authsvc.sessions.refresh_token import RefreshTokens
from authsvc.settings import Settings
from factories import (
    PASSWORD,
    AppFactory,
    MovedClock,
    bearer,
    cheap_hashes,
    get_tokens,
    is_alive,
    make_client,
    renew,
    sign_in,
    sign_up,
)
from guard.rows import all_rows


async def test_a_restart_between_use_and_reuse_forgets_nothing(
    start: AppFactory, clock: MovedClock
) -> None:
    async with start() as app, make_client(app) as client:
        await sign_up(client)
        first = await get_tokens(client)
        second = (await renew(client, first["refresh_token"])).json()
        ended = await get_tokens(client)
        await client.post("/auth/logout", headers=bearer(ended["access_token"]))
    clock.move(seconds=31)
    async with start() as app, make_client(app) as client:
        assert not await is_alive(client, ended["access_token"])
        assert await is_alive(client, second["access_token"])
        assert (await renew(client, first["refresh_token"])).status_code == 400
        assert not await is_alive(client, second["access_token"])
    async with start() as app, make_client(app) as client:
        assert not await is_alive(client, second["access_token"])
        assert (await renew(client, second["refresh_token"])).status_code == 400


@asynccontextmanager
async def _replica(settings: Settings, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
    clock = MovedClock()
    clock.move(seconds=seconds)
    app = create_app(settings, clock=clock, hash_parameters=cheap_hashes)
    async with app.router.lifespan_context(app), make_client(app) as client:
        yield client


async def test_clocks_that_differ_by_seconds_make_no_difference(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        ahead, behind = [await stack.enter_async_context(_replica(settings, s)) for s in (5, -5)]
        await sign_up(ahead)
        for here, there in ((ahead, behind), (behind, ahead)):
            pair = await get_tokens(here)
            assert await is_alive(there, pair["access_token"])
            new = (await renew(there, pair["refresh_token"])).json()
            again = (await renew(here, pair["refresh_token"])).json()
            assert again["refresh_token"] == new["refresh_token"]
            await there.post("/auth/logout", headers=bearer(new["access_token"]))
            await here._transport.app.state.revocations.poll()  # type: ignore[attr-defined]
            for token in (pair["access_token"], new["access_token"], again["access_token"]):
                assert not await is_alive(here, token)
                assert not await is_alive(there, token)


async def test_verifying_a_token_takes_no_query(app: FastAPI, client: httpx.AsyncClient) -> None:
    await sign_up(client)
    headers = bearer((await get_tokens(client))["access_token"])
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "revocations" not in statement:  # the feed's own look, twice a second
            statements.append(statement)

    database: Any = app.state.database
    for engine in {database._engine.sync_engine, database._read_engine.sync_engine}:
        event.listen(engine, "before_cursor_execute", note)
    for _ in range(20):
        assert (await client.get("/openapi.json", headers=headers)).status_code == 200
    assert statements == []
    await client.get("/profile", headers=headers)
    assert statements


async def test_three_tabs_over_an_hour_are_never_logged_out(
    app: FastAPI, client: httpx.AsyncClient, clock: MovedClock
) -> None:
    """All read the shared cookie when the access token has expired, and send it one by one."""
    await sign_up(client)
    await sign_in(client)
    for _ in range(4):
        clock.move(minutes=15)
        assert (await client.get("/profile")).status_code == 401
        read = client.cookies["authsvc_refresh"]
        for late in (0, 7, 21):
            clock.move(seconds=late)
            async with make_client(app) as tab:
                tab.cookies.set("authsvc_refresh", read)
                answer = await tab.post("/auth/refresh")
            assert answer.status_code == 200, answer.text
            for name, value in answer.cookies.items():
                client.cookies.set(name, value, domain="localhost.local", path="/")
        assert (await client.get("/profile")).status_code == 200


async def test_a69_nothing_in_a_stolen_database_is_or_makes_a_token(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    await renew(client, pair["refresh_token"])
    await sign_in(client)
    rows = await all_rows(database)
    values = [value for table in rows.values() for row in table for value in row]
    texts = {v.hex() if isinstance(v, bytes) else str(v) for v in values if v is not None}
    for text in texts:
        for forged in (text, f"r1.{text}.0.{text}"):
            assert (await renew(client, forged)).status_code == 400
            header = bearer(forged.encode("ascii", "replace").decode())
            assert (await client.get("/profile", headers=header)).status_code == 401
    async with database.reading() as session:
        row = await session.get(Session, _id_in(pair["refresh_token"], rows))
        assert row
    for text in texts:
        # With any stored value for the secret, the right row makes the wrong token.
        for generation in (0, 1):
            guess = row.model_copy(update={"generation": generation})
            forged = RefreshTokens(ApplicationSecret(text or "x")).derive(guess)
            assert (await renew(client, forged)).status_code == 400
    login = {"email": "ada@example.com", "password": PASSWORD}
    assert (await client.post("/auth/login", json=login)).status_code == 200


def _id_in(refresh_token: str, rows: Any) -> Any:  # noqa: ANN401 - a UUID, as the table has it
    wanted = refresh_token.split(".")[1]
    return next(row[0] for row in rows["sessions"] if row[0].hex == wanted)
