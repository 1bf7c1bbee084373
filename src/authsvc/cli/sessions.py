"""`authsvc sessions …`: ends sessions, by the hand of the operator."""

from typing import Annotated

import typer

from authsvc.cli.desk import desk
from authsvc.cli.workshop import command

cli = typer.Typer(help="Sessions.", no_args_is_help=True)


@cli.callback()
def root() -> None:
    """Sessions."""


@cli.command("end")
@command
async def end(
    user: Annotated[str, typer.Option(help="The e-mail address of the account.")],
) -> None:
    """End every session of a user. They can sign in again; to keep them out, disable them."""
    async with desk() as at:
        found = await at.find(user)
        count = await at.end_sessions(found)
    typer.echo(f"{found.email} is signed out; {count} sessions ended.")
