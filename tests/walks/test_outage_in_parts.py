"""The database is there and does not do its part: taken, locked, full, cut off, without tables."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from authsvc.core.database import Database
from factories import PASSWORD, bearer, get_tokens, renew, sign_up
from guard.rows import count

BOB = {"email": "bob@example.com", "password": PASSWORD}
# Another process that takes SQLite's write lock, and holds it until its input ends.
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
async def pair(client: httpx.AsyncClient) -> dict[str, Any]:
    await sign_up(client)
    return await get_tokens(client)


@pytest.fixture
async def token(pair: dict[str, Any]) -> str:
    return str(pair["access_token"])


@pytest.fixture
async def engine(app: FastAPI) -> AsyncEngine:
    """Give the application's engine with no connection open."""
    engine: AsyncEngine = app.state.database.engine
    await engine.dispose()
    return engine


def _is_unavailable(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and answer.json()["type"].endswith("/unavailable")


def _on_connect(engine: AsyncEngine, statement: str) -> None:
    def run(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.cursor().execute(statement)

    event.listen(engine.sync_engine, "connect", run)


async def _take_every_connection(engine: AsyncEngine, held: AsyncExitStack) -> None:
    pool: Any = engine.pool
    for _ in range(pool.size() + pool._max_overflow):
        await held.enter_async_context(engine.connect())


async def test_with_every_connection_taken_it_is_503_and_no_hang(
    app: FastAPI, client: httpx.AsyncClient, token: str, engine: AsyncEngine
) -> None:
    async with AsyncExitStack() as held:
        await _take_every_connection(engine, held)
        if engine.dialect.name == "sqlite":
            # The writers' one connection is not among the readers'.
            await _take_every_connection(app.state.database._read_engine, held)
        asked = (
            client.get("/profile", headers=bearer(token)),
            client.post("/auth/register", json=BOB),
        )
        async with asyncio.timeout(6):
            *refused, ready = await asyncio.gather(*asked, client.get("/health/ready"))
        assert all(_is_unavailable(answer) for answer in refused)
        assert ready.status_code == 503
    assert (await client.get("/profile", headers=bearer(token))).status_code == 200


def _cut_off(connection: Connection) -> None:
    """Let the commit that comes next fail: end its connection, or let the disk take no more."""
    if connection.dialect.name == "sqlite":
        setrlimit(RLIMIT_FSIZE, (0, getrlimit(RLIMIT_FSIZE)[1]))
        return
    driver: Any = connection.connection.driver_connection
    pid = driver.get_server_pid()
    os.kill(pid, signal.SIGTERM)
    with suppress(ProcessLookupError):
        while True:
            os.kill(pid, 0)


@pytest.fixture
def mend(engine: AsyncEngine) -> Iterator[Callable[[], None]]:
    """Let commits fail until the function that this gives is called."""
    limits = getrlimit(RLIMIT_FSIZE)

    def undo() -> None:
        setrlimit(RLIMIT_FSIZE, limits)
        if event.contains(engine.sync_engine, "commit", _cut_off):
            event.remove(engine.sync_engine, "commit", _cut_off)

    event.listen(engine.sync_engine, "commit", _cut_off)
    yield undo
    undo()


@pytest.mark.parametrize(
    ("path", "body", "table"),
    (
        ("/auth/register", BOB, "users"),
        ("/auth/login", {"email": "ada@example.com", "password": PASSWORD}, "sessions"),
    ),
)
async def test_a_commit_that_fails_is_503_and_leaves_no_row(
    client: httpx.AsyncClient,
    database: Database,
    token: str,
    mend: Callable[[], None],
    path: str,
    body: dict[str, str],
    table: str,
) -> None:
    before = await count(database, table)
    answer = await client.post(path, json=body)
    assert _is_unavailable(answer)
    assert "set-cookie" not in answer.headers
    assert await count(database, table) == before
    assert (await client.get("/profile", headers=bearer(token))).status_code == 200
    mend()
    assert (await client.post(path, json=body)).is_success
    assert await count(database, table) == before + 1


async def test_a_refresh_whose_commit_fails_is_503_and_its_token_stays_good(
    client: httpx.AsyncClient, pair: dict[str, Any], mend: Callable[[], None]
) -> None:
    for _ in range(2):
        answer = await renew(client, pair["refresh_token"])
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    mend()
    renewed = (await renew(client, pair["refresh_token"])).json()
    assert renewed["refresh_token"].split(".")[2] == "1"


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"locked\n"
        yield
        other.communicate()


@pytest.mark.parametrize("database_address", ("sqlite",), indirect=True)
async def test_sqlite_locked_by_another_process_is_503_for_writers_only(
    client: httpx.AsyncClient, token: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    _on_connect(engine, "PRAGMA busy_timeout = 50")
    with _locked(tmp_path / "authsvc.db"):
        assert _is_unavailable(await client.post("/auth/register", json=BOB))
        assert (await client.get("/profile", headers=bearer(token))).status_code == 200
        assert (await client.get("/health/ready")).status_code == 200
    assert (await client.post("/auth/register", json=BOB)).status_code == 201


@pytest.mark.parametrize("database_address", ("sqlite",), indirect=True)
async def test_a_full_disk_is_503_and_no_row(
    client: httpx.AsyncClient, database: Database, token: str, engine: AsyncEngine
) -> None:
    # As full as it is now: a page that is there may be filled, another one cannot be had.
    _on_connect(engine, "PRAGMA max_page_count = 1")
    made = 1
    while True:
        body = {**BOB, "email": f"user{made}@example.com", "name": "x" * 100}
        answer = await client.post("/auth/register", json=body)
        if answer.status_code != 201:
            break
        made += 1
    assert _is_unavailable(answer)
    assert await count(database, "users") == made
    assert (await client.get("/profile", headers=bearer(token))).status_code == 200
