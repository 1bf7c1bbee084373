"""Looks at every row of every table from outside, to prove what a request has not changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from authsvc.core.database import Database
from authsvc.tables import metadata

Rows = Mapping[str, Sequence[Sequence[Any]]]


async def all_rows(database: Database) -> Rows:
    """Return the contents of all tables, in a fixed order."""
    async with database.reading() as session:
        connection = await session.connection()
        return {
            table.name: [
                tuple(row)
                for row in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


async def count(database: Database, table: str) -> int:
    """Return how many rows a table has."""
    return len((await all_rows(database))[table])
