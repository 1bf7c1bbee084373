"""The database behind one object, and the only place that commits.

SQLite (WAL, one writer at a time) is the embedded default, PostgreSQL the server. Services are
handed sessions from here; `writing` is one transaction, `reading` holds none.
"""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

import structlog
from asyncpg import InterfaceError as AsyncpgInterfaceError
from asyncpg import PostgresError
from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.core.engines import DatabaseAddress, make_engines, most_connections
from authsvc.core.errors import Problem, Unavailable

_log = structlog.get_logger(__name__)

# Driver errors that SQLAlchemy lets through while it connects, next to the ones that it wraps.
_OUTAGES = (DBAPIError, PoolTimeout, PostgresError, AsyncpgInterfaceError, OSError)


_ON_COMMIT = "authsvc/on-commit"


class Database:
    """One engine and its sessions. Making it connects to nothing."""

    def __init__(self, address: str) -> None:
        """Prepare the engine for `address`, in a form that `DatabaseAddress.parse` reads."""
        where = DatabaseAddress.parse(address)
        self._file = where.file
        self._engine, self._read_engine = make_engines(where)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is embedded, a file of our own."""
        return self._file is not None

    @property
    def connections_used(self) -> int:
        """How many connections are in somebody's hands."""
        return sum(pool.checkedout() for pool in self._pools())

    @property
    def connections_most(self) -> int:
        """How many may be, before the next one waits."""
        return most_connections(is_sqlite=self.is_sqlite)

    def _pools(self) -> Collection[QueuePool]:
        # PostgreSQL's two engines share one.
        pools = {engine.sync_engine.pool for engine in (self._engine, self._read_engine)}
        return [pool for pool in pools if isinstance(pool, QueuePool)]

    @property
    def engine(self) -> AsyncEngine:
        """The engine, for migrations."""
        return self._engine

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Run one transaction: committed at the end, rolled back by any exception.

        A `Problem` with `keeps_writes` commits and is raised all the same: some refusals must
        leave a mark.

        Raises:
            Unavailable: If the database does not answer, also when it is the commit that fails.

        """
        async with outages(), AsyncSession(self._engine, expire_on_commit=False) as session:
            try:
                yield session
            except Problem as problem:
                if problem.keeps_writes:
                    await _commit(session)
                raise
            await _commit(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Read outside any transaction; the connection goes back when the block ends.

        Raises:
            Unavailable: If the database does not answer.

        """
        async with outages(), AsyncSession(self._read_engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncConnection]:
        """Read as `reading` does, without the books that a session keeps of what it has read.

        Raises:
            Unavailable: If the database does not answer.

        """
        async with outages(), self._read_engine.connect() as connection:
            yield connection

    def file_exists(self) -> bool:
        """Tell whether an embedded database has been made yet. A server's counts as made."""
        return self._file is None or self._file.exists()

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            Unavailable: If there is none.

        """
        async with self.looking() as connection:
            await connection.execute(text("SELECT 1"))

    async def dispose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        await self._read_engine.dispose()


async def take_turn(session: AsyncSession, name: str) -> None:
    """Hold a named lock until the transaction of `session` ends, against every process.

    On SQLite a write transaction is alone from its beginning, which is lock enough.
    """
    connection = await session.connection()
    if connection.dialect.name != "sqlite":
        statement = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
        await connection.execute(statement, {"name": f"authsvc/{name}"})


async def try_turn(session: AsyncSession, name: str) -> bool:
    """Hold a named lock as `take_turn` does; False, without waiting, if somebody else holds it.

    On SQLite the wait has happened when this returns: nobody else can be writing.
    """
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        return True
    statement = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
    held = await connection.execute(statement, {"name": f"authsvc/{name}"})
    return bool(held.scalar_one())


def on_commit(session: AsyncSession, tell: Callable[[], None]) -> None:
    """Call `tell` once the transaction of `session` is committed; never if it is not."""
    session.info.setdefault(_ON_COMMIT, []).append(tell)


async def _commit(session: AsyncSession) -> None:
    await session.commit()
    for tell in session.info.pop(_ON_COMMIT, ()):
        tell()


@asynccontextmanager
async def outages() -> AsyncIterator[None]:
    """Turn whatever says that the database is out of order into a 503."""
    try:
        yield
    except (IntegrityError, DataError):
        raise
    except _OUTAGES as fault:
        cause = getattr(fault, "orig", None) or fault
        # Only the kind of error: its text can quote addresses and values.
        _log.error("database_unavailable", error=type(cause).__name__)
        raise Unavailable from fault
