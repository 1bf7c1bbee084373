"""`authsvc migrate`: brings the database's schema to this version."""

import typer

from authsvc.cli.workshop import command, settings_for_command
from authsvc.core import migrations
from authsvc.core.database import Database


@command
async def migrate() -> None:
    """Bring the database's schema to this version. Safe to run again, and by several at once."""
    database = Database(settings_for_command().database)
    try:
        await migrations.migrate(database)
    finally:
        await database.dispose()
    typer.echo("The schema is current.")
