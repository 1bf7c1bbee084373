"""Brings the schema up to date, and tells whether it is. Alembic does the work."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from authsvc.core.database import Database, outages

_PACKAGE = Path(__file__).parents[1]
# In an installed package the migrations lie inside it, in a checkout at the top.
_PLACES = (_PACKAGE / "migrations", _PACKAGE.parents[1] / "alembic")


class LaterSchema(Exception):
    """The schema is that of a later version, which only that version knows how to leave."""


async def migrate(database: Database) -> None:
    """Bring the schema to this version. Processes that start together take turns.

    Raises:
        LaterSchema: If it is beyond this version already.
        Unavailable: If the database does not answer.

    """
    async with outages(), database.engine.begin() as connection:
        if not database.is_sqlite:
            # SQLite's write transaction is lock enough.
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('authsvc/migrate'))")
            )
        await connection.run_sync(_upgrade)


async def is_current(database: Database) -> bool:
    """Tell whether the schema is that of this version.

    Raises:
        Unavailable: If the database does not answer.

    """
    async with outages(), database.engine.connect() as connection:
        return await connection.run_sync(_revision) == _scripts().get_current_head()


def _upgrade(connection: Connection) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if _revision(connection) not in {None, *known}:
        raise LaterSchema("The database's schema is that of a later version of authsvc.")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    place = next(place for place in _PLACES if (place / "env.py").exists())
    config = Config()
    config.set_main_option("script_location", str(place).replace("%", "%%"))
    return config
