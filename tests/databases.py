"""Databases without a schema, for what happens before there is one. Imported by `conftest.py`s."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database: every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield from _empty_postgresql(request.getfixturevalue("postgres"))


@pytest.fixture
def empty_postgresql(postgres: str) -> Iterator[str]:
    """Give the address of an empty PostgreSQL database, for what only a server does."""
    yield from _empty_postgresql(postgres)


def _empty_postgresql(server: str) -> Iterator[str]:
    name = f"empty_{uuid4().hex}"
    asyncio.run(execute(server, f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    asyncio.run(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def execute(address: str, statement: str) -> None:
    """Run a statement on a PostgreSQL as its owner."""
    connection = await asyncpg.connect(address)
    await connection.execute(statement)
    await connection.close()
