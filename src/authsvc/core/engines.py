"""The two databases' engines, and what each needs to be told. Only `core/database.py` uses them."""

import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# Seconds. Together they bound how long a request can wait for a database that does not answer.
_CONNECT_TIMEOUT = 3
_STATEMENT_TIMEOUT = 5
_POOL_TIMEOUT = 2
_SQLITE_BUSY_TIMEOUT = 5
_POSTGRESQL_KEPT, _POSTGRESQL_MORE = 10, 10
# Seconds. What stands between forgets connections that nobody has used for a while, and tells no
# one: five minutes are below what load balancers and firewalls wait, as a rule.
_POSTGRESQL_OLD = 300
_SQLITE_WRITERS, _SQLITE_READERS = 1, 20
_WAL_TRIES, _WAL_PAUSE = 50, 0.01


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is.

    Attributes:
        file: The file of an embedded SQLite, or None.
        dsn: The connection string of a PostgreSQL, as libpq knows it, or "".
        password: The password within it, or "".
    """

    file: Path | None
    dsn: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> "DatabaseAddress":
        """Read an address as people write it.

        Args:
            text: `sqlite:///file`, `postgresql://…` or `postgres://…`, with libpq's parameters.

        Raises:
            ValueError: If it is no address, or of another kind of database.

        """
        scheme, separator, rest = text.partition("://")
        match scheme.partition("+")[0] if separator else "":
            case "sqlite":
                name = rest.partition("?")[0].removeprefix("/")
                if not name or name == ":memory:":
                    raise ValueError("sqlite needs a file, like sqlite:///data/authsvc.db")
                return cls(Path(name))
            case "postgresql" | "postgres":
                dsn = f"postgresql://{rest}"
                return cls(None, dsn, urlsplit(dsn).password or "")
            case "":
                raise ValueError("not a database address")
            case other:
                raise ValueError(f"{other} is not supported, only sqlite and postgresql")


def make_engines(address: DatabaseAddress) -> tuple[AsyncEngine, AsyncEngine]:
    """Prepare an engine for transactions, and one for reading outside of them.

    They connect with their first use.
    """
    if address.file is None:
        engine = _postgresql_engine(address.dsn)
        return engine, engine.execution_options(isolation_level="AUTOCOMMIT")
    # SQLite has one writer, and lets others ask again and again. Those of one process queue for one
    # connection instead: the first to come is the first to write.
    writing = _sqlite_engine(
        address.file, pool_size=_SQLITE_WRITERS, pool_timeout=_SQLITE_BUSY_TIMEOUT
    )
    reading = _sqlite_engine(address.file, pool_size=_SQLITE_READERS, pool_timeout=_POOL_TIMEOUT)
    return writing, reading.execution_options(is_read=True)


def most_connections(*, is_sqlite: bool) -> int:
    """Tell how many connections both engines together may have."""
    if is_sqlite:
        return _SQLITE_WRITERS + _SQLITE_READERS
    return _POSTGRESQL_KEPT + _POSTGRESQL_MORE


def _postgresql_engine(dsn: str) -> AsyncEngine:
    async def connect() -> Any:  # noqa: ANN401 - the driver has no types
        # By the driver itself, which knows sslmode, sslrootcert, several hosts, and the rest.
        try:
            return await asyncpg.connect(
                dsn,
                timeout=_CONNECT_TIMEOUT,
                command_timeout=_STATEMENT_TIMEOUT,
                server_settings={"application_name": "authsvc"},
            )
        except ValueError as fault:
            # Parts of an address are only read now. Nobody can be reached under a wrong one.
            raise ConnectionError("the address cannot be read") from fault

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=_POSTGRESQL_KEPT,
        max_overflow=_POSTGRESQL_MORE,
        pool_timeout=_POOL_TIMEOUT,
        pool_recycle=_POSTGRESQL_OLD,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401 - SQLAlchemy's own types
    # A connection that a restart of the server has cut is replaced, not handed out. The driver
    # knows; to ask the server, as pools do, takes three more exchanges for each transaction.
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _sqlite_engine(file: Path, *, pool_size: int, pool_timeout: int) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(file)),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        hide_parameters=True,
        connect_args={"timeout": _SQLITE_BUSY_TIMEOUT},
    )
    event.listen(engine.sync_engine, "do_connect", _try_to_open)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _try_to_open(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own types
    # Where the file cannot be opened, aiosqlite leaves a thread behind that reports to its event
    # loop once more, whether that still runs or not.
    sqlite3.connect(arguments[0]).close()


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    # The driver would open transactions by itself, late and only shared; `_begin_sqlite` does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _use_write_ahead_log(cursor: Any) -> None:  # noqa: ANN401 - the driver's own type
    # The one lock that SQLite does not wait for. Where several make a new file together, one of
    # them switches it; for the others, and ever after, this changes nothing.
    for _ in range(_WAL_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            time.sleep(_WAL_PAUSE)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once. A transaction that reads first and locks later can
    # find its snapshot outdated and fail however long it waits.
    if not connection.get_execution_options().get("is_read"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
