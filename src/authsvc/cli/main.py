"""Puts the commands together."""

from typing import Annotated

import typer

from authsvc import __version__
from authsvc.cli import keys, sessions, users
from authsvc.cli.check import check
from authsvc.cli.migrate import migrate
from authsvc.cli.serve import serve

# Plain tracebacks: typer's pretty ones print local variables, and those hold secrets.
cli = typer.Typer(
    name="authsvc",
    help="Sign-up, sign-in and signed tokens as a small service.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - the shape typer calls
    if value:
        typer.echo(f"authsvc {__version__}")
        raise typer.Exit


@cli.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """Sign-up, sign-in and signed tokens as a small service."""
    del version


cli.command()(serve)
cli.command()(migrate)
cli.command()(check)
cli.add_typer(users.cli, name="users")
cli.add_typer(sessions.cli, name="sessions")
cli.add_typer(keys.cli, name="keys")
