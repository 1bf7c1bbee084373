"""`authsvc migrate`: from nothing, again, by several at once, and what it says when it cannot."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from authsvc.core.database import Database
from authsvc.core.migrations import is_current
from cli.terminal import authsvc
from serving import PROGRAM, environment

CANNOT = (
    "authsvc: The database cannot be used; the line above says why. Look at AUTHSVC_DATABASE_URL.\n"
)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, empty_address: str) -> str:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", empty_address)
    return empty_address


async def _current(address: str) -> bool:
    database = Database(address)
    try:
        return await is_current(database)
    finally:
        await database.dispose()


async def _execute(address: str, statement: str) -> None:
    database = Database(address)
    async with database.writing() as session:
        await (await session.connection()).execute(text(statement))
    await database.dispose()


@pytest.mark.usefixtures("address")
def test_it_makes_the_schema_and_may_run_again() -> None:
    for _ in range(2):
        assert authsvc("migrate") == (0, "The schema is current.\n", "")


def test_three_processes_at_once_make_one_schema(address: str, tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [*PROGRAM, "migrate"],
            cwd=tmp_path,
            # No secret: they also have to agree on the one that the first of them makes.
            env=environment(database_url=address),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [(process.communicate(timeout=30)[0], process.returncode) for process in started]
    assert ended == [("The schema is current.\n", 0)] * 3
    assert asyncio.run(_current(address))


def test_without_an_address_it_makes_the_file_in_the_data_directory(here: Path) -> None:
    assert authsvc("migrate").status == 0
    assert (here / ".authsvc" / "authsvc.db").exists()


@pytest.mark.parametrize(
    "address",
    (
        "postgresql://authsvc:hunter2@/db?host=/nowhere",
        "postgresql://authsvc:hunter2@127.0.0.1:1/db",
        "postgresql://authsvc:hunter2@localhost:port/db",
        "sqlite:////dev/null/authsvc.db",
    ),
)
def test_a_database_that_cannot_be_reached_is_a_clear_line(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", address)
    ended = authsvc("migrate")
    assert ended.status == 1
    assert ended.out == ""
    assert ended.err.endswith(CANNOT)
    assert "database_unavailable" in ended.err
    assert "hunter2" not in ended.err
    assert "Traceback" not in ended.err


async def test_a_schema_of_a_later_version_is_left_alone(
    address: str,
) -> None:
    await _execute(address, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    await _execute(address, "INSERT INTO alembic_version VALUES ('9999')")
    ended = await asyncio.to_thread(authsvc, "migrate")
    assert ended.status == 1
    assert ended.err == "authsvc: The database's schema is that of a later version of authsvc.\n"
