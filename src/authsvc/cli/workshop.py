"""What commands share: settings, an opened database, and refusals as one plain line each."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer

from authsvc.boot import InvalidSettings, load_settings
from authsvc.core import migrations
from authsvc.core.clock import SystemClock
from authsvc.core.errors import Problem, Unavailable
from authsvc.core.logging import configure_logging
from authsvc.core.migrations import LaterSchema
from authsvc.keys.errors import KeyUnusable, NoSuchKey
from authsvc.parts import Parts
from authsvc.passwords.hasher import HashParameters
from authsvc.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

NO_DATABASE = "The database cannot be used; the line above says why. Look at AUTHSVC_DATABASE_URL."
OLD_SCHEMA = "The database's schema is not that of this version. Run: authsvc migrate"


class Refused(Exception):
    """A command cannot do what it was asked. The message is for the person who typed it."""


def fail(*lines: str) -> NoReturn:
    """Say what is wrong on standard error, and exit with status 1."""
    for line in lines:
        typer.echo(f"authsvc: {line}", err=True)
    sys.exit(1)


def command(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Turn a coroutine into a command. Expected failures become a line and exit status 1."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return asyncio.run(function(*args, **kwargs))
        except InvalidSettings as fault:
            fail(*fault.faults)
        except Unavailable:
            fail(NO_DATABASE)
        except Problem as problem:
            fail(problem.detail)
        except (Refused, KeyUnusable, NoSuchKey, LaterSchema) as fault:
            fail(str(fault))

    return run


def settings_for_command(*, makes: bool = True) -> Settings:
    """Load the settings, and keep the log to warnings: a command's output is its own.

    `makes` is that of `load_settings`.
    """
    settings = load_settings(makes=makes)
    configure_logging(settings.log_style, logging.WARNING)
    return settings


@asynccontextmanager
async def workshop(settings: Settings) -> AsyncIterator[Parts]:
    """Open the parts on a database whose schema is current.

    Raises:
        Refused: If the schema of a server database is not current.
        Unavailable: If the database does not answer.

    """
    parts = Parts.build(settings, SystemClock(), HashParameters())
    try:
        if parts.database.is_sqlite:
            # Embedded: nobody else looks after it.
            await migrations.migrate(parts.database)
        elif not await migrations.is_current(parts.database):
            raise Refused(OLD_SCHEMA)
        yield parts
    finally:
        parts.pool.close()
        await parts.database.dispose()
