"""The migrations make exactly what the models say, on both databases, and can be taken back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Inspector, inspect, text

from authsvc.core import migrations
from authsvc.core.database import Database
from authsvc.core.errors import Unavailable
from authsvc.tables import metadata

TABLES = {"users", "sessions", "revocations", "signing_keys"}


@pytest.fixture
async def empty(empty_address: str) -> AsyncIterator[Database]:
    """Give a database without a schema."""
    database = Database(empty_address)
    yield database
    await database.dispose()


async def _on(database: Database, job: Callable[[Connection], Any]) -> Any:  # noqa: ANN401 - whatever the job returns
    async with database.engine.begin() as connection:
        return await connection.run_sync(job)


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def _differences(connection: Connection) -> Sequence[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    found: Sequence[Any] = compare_metadata(
        MigrationContext.configure(connection, opts=options), metadata
    )
    return found


def _shape(connection: Connection) -> Any:  # noqa: ANN401 - nested lists of what a database has
    """Describe everything a schema has, so that two can be compared."""
    inspector: Inspector = inspect(connection)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            inspector.get_pk_constraint(table),
            inspector.get_unique_constraints(table),
            inspector.get_foreign_keys(table),
            inspector.get_indexes(table),
        )
        for table in sorted(TABLES)
    }


def _downgrade(connection: Connection) -> None:
    config = migrations._config()
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


async def test_the_models_are_the_migrations(empty: Database) -> None:
    await migrations.migrate(empty)
    assert await _on(empty, _differences) == []


async def test_what_the_migrations_make_has_names_that_later_ones_can_use(empty: Database) -> None:
    await migrations.migrate(empty)
    shape = await _on(empty, _shape)
    _, primary_key, unique, *_ = shape["users"]
    assert primary_key["name"] == "pk_users"
    assert [constraint["name"] for constraint in unique] == ["uq_users_email"]
    (foreign_key,) = shape["sessions"][3]
    assert foreign_key["name"] == "fk_sessions_user_id_users"
    assert foreign_key["options"]["ondelete"] == "CASCADE"


async def test_down_and_up_again_is_where_it_was(empty: Database) -> None:
    await migrations.migrate(empty)
    before = await _on(empty, _shape)
    await _on(empty, _downgrade)
    assert await _on(empty, _tables) <= {"alembic_version"}
    assert not await migrations.is_current(empty)
    await migrations.migrate(empty)
    assert await _on(empty, _shape) == before


async def test_it_knows_whether_the_schema_is_current(empty: Database) -> None:
    assert not await migrations.is_current(empty)
    await migrations.migrate(empty)
    assert await migrations.is_current(empty)
    assert await _on(empty, _tables) == {*TABLES, "alembic_version"}


async def test_again_and_all_at_once_change_nothing(empty: Database, empty_address: str) -> None:
    others = [Database(empty_address) for _ in range(4)]
    await asyncio.gather(*(migrations.migrate(database) for database in [empty, *others]))
    before = await _on(empty, _shape)
    await migrations.migrate(empty)
    assert await _on(empty, _shape) == before
    for database in others:
        await database.dispose()


async def test_a_migration_that_fails_leaves_nothing_behind(empty: Database) -> None:
    def occupy(connection: Connection) -> None:
        # The last of the tables that the first migration makes.
        connection.execute(text("CREATE TABLE signing_keys (kid INTEGER)"))

    await _on(empty, occupy)
    with pytest.raises(Unavailable):
        await migrations.migrate(empty)
    assert await _on(empty, _tables) == {"signing_keys"}


async def test_a_later_schema_is_not_touched(empty: Database) -> None:
    await migrations.migrate(empty)

    def move_on(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await _on(empty, move_on)
    assert not await migrations.is_current(empty)
    with pytest.raises(migrations.LaterSchema):
        await migrations.migrate(empty)
