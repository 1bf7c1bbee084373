"""One transaction for each unit of work, the two engines' quirks, and what counts as an outage."""

import asyncio
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func, select

from authsvc.core.clock import SystemClock
from authsvc.core.database import Database
from authsvc.core.engines import DatabaseAddress
from authsvc.core.errors import Problem, Unavailable
from authsvc.users.models import User
from databases import execute


class Refused(Problem):
    """A refusal that undoes what was written."""


class Marked(Problem):
    """A refusal that leaves its mark."""

    keeps_writes: ClassVar[bool] = True


def _user(email: str = "ada@example.com") -> User:
    now = SystemClock().now()
    return User(id=uuid4(), email=email, password_hash="x", created_at=now, updated_at=now)


async def _count(database: Database) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count(col(User.id))))).one()


async def test_a_block_that_ends_well_is_committed(database: Database) -> None:
    async with database.writing() as session:
        session.add(_user())
    assert await _count(database) == 1


@pytest.mark.parametrize(("fault", "rows"), ((Refused, 0), (RuntimeError, 0), (Marked, 1)))
async def test_a_block_that_fails_is_undone_unless_its_refusal_keeps_writes(
    database: Database, fault: type[Exception], rows: int
) -> None:
    async def fail() -> None:
        async with database.writing() as session:
            session.add(_user())
            await session.flush()
            raise fault

    with pytest.raises(fault):
        await fail()
    assert await _count(database) == rows


async def test_a_cancelled_block_is_undone(database: Database) -> None:
    async def interrupted() -> None:
        async with database.writing() as session:
            session.add(_user())
            await session.flush()
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(interrupted(), 0.2)
    assert await _count(database) == 0
    async with database.writing() as session:
        session.add(_user())


async def test_writers_that_come_at_once_all_get_their_turn(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.writing() as session:
            # Reads first: on SQLite a lock that is taken later could not be had any more.
            await session.exec(select(User))
            session.add(_user(f"user{number}@example.com"))

    await asyncio.gather(*(write(number) for number in range(12)))
    assert await _count(database) == 12


async def test_a_reader_sees_what_is_committed_and_waits_for_nobody(database: Database) -> None:
    async with database.writing() as session:
        session.add(_user())
        await session.flush()
        assert await _count(database) == 0
    assert await _count(database) == 1


async def test_a_broken_constraint_is_no_outage(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            session.add_all([_user(), _user()])
    assert await _count(database) == 0


async def test_a_missing_table_counts_as_an_outage(database: Database) -> None:
    with pytest.raises(Unavailable):
        async with database.reading() as session:
            await (await session.connection()).execute(text("SELECT * FROM no_such_table"))


async def test_sqlite_runs_with_a_log_and_keeps_references(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert not database.file_exists()
    async with database.reading() as session:
        connection = await session.connection()
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    assert database.file_exists()
    await database.dispose()


@pytest.mark.parametrize("scheme", ("postgresql", "postgres", "postgresql+asyncpg"))
async def test_postgresql_is_reached_and_told_who_connects(postgres: str, scheme: str) -> None:
    database = Database(postgres.replace("postgresql", scheme, 1))
    assert database.file_exists()
    async with database.reading() as session:
        connection = await session.connection()
        assert (await connection.execute(text("SHOW application_name"))).scalar() == "authsvc"
    await database.dispose()


async def test_connections_that_the_server_has_cut_are_replaced_unnoticed(
    empty_postgresql: str,
) -> None:
    database = Database(empty_postgresql)
    cuts = [asyncio.Event(), asyncio.Event()]
    async with database.reading() as one, database.writing() as other:
        for session, cut in zip((one, other), cuts, strict=True):
            raw = await (await session.connection()).get_raw_connection()
            driver: Any = raw.driver_connection
            driver.add_termination_listener(lambda _connection, cut=cut: cut.set())
    await execute(
        empty_postgresql,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'authsvc'",
    )
    await asyncio.wait_for(asyncio.gather(*(cut.wait() for cut in cuts)), 5)
    await asyncio.gather(*(database.ping() for _ in cuts))
    await database.dispose()


@pytest.mark.parametrize(
    ("text", "file", "dsn", "password"),
    (
        ("sqlite:///data/authsvc.db", "data/authsvc.db", "", ""),
        ("sqlite:////var/lib/authsvc.db", "/var/lib/authsvc.db", "", ""),
        ("sqlite+aiosqlite:///a.db", "a.db", "", ""),
        ("postgres://u:p@h:5433/d", None, "postgresql://u:p@h:5433/d", "p"),
        ("postgresql://u:p@h/d", None, "postgresql://u:p@h/d", "p"),
        ("postgresql+asyncpg://u:p@h/d?sslmode=require", None,
         "postgresql://u:p@h/d?sslmode=require", "p"),
        ("postgresql://u@h/d", None, "postgresql://u@h/d", ""),
    ),
)  # fmt: skip
def test_addresses_are_read_as_people_write_them(
    text: str, file: str | None, dsn: str, password: str
) -> None:
    address = DatabaseAddress.parse(text)
    assert address == DatabaseAddress(None if file is None else Path(file), dsn, password)
    assert dsn == "" or dsn not in repr(address)
