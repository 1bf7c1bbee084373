"""`authsvc users …`: accounts, by the hand of the operator."""

import json
import sys
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from authsvc.cli.desk import canonical, desk
from authsvc.cli.workshop import Refused, command
from authsvc.passwords.policy import Password
from authsvc.users.schemas import Name, ProfileResponse

cli = typer.Typer(help="Accounts.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The account's e-mail address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_PASSWORD: TypeAdapter[str] = TypeAdapter(Password)
_NAME: TypeAdapter[str] = TypeAdapter(Name)


@cli.command("create")
@command
async def create(
    email: Email,
    name: Annotated[str | None, typer.Option(help="What to call them.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role; may be given again.")] = None,
    password_hash: Annotated[
        str | None,
        typer.Option(help="A hash from the system they come from, instead of a password."),
    ] = None,
) -> None:
    """Make an account. The password is asked for, or read from standard input."""
    address, roles = canonical(email), tuple(role or ())
    name = None if name is None else _checked(_NAME, name, "name")
    async with desk() as at:
        if password_hash is None:
            user = await at.credentials.create(address, _ask_password(), name, roles)
        elif at.parts.passwords.is_known_hash(password_hash):
            user = await at.credentials.add(address, password_hash, name, roles)
        else:
            raise Refused("That hash is of no scheme that can be verified here.")
    typer.echo(f"Made {user.email} with id {user.id}.")


@cli.command("list")
@command
async def list_users(*, as_json: AsJson = False) -> None:
    """List all accounts."""
    async with desk() as at:
        profiles = [ProfileResponse.of(user) for user in await at.users.every()]
    if as_json:
        typer.echo(json.dumps([profile.model_dump(mode="json") for profile in profiles], indent=2))
        return
    table = Table("e-mail", "name", "active", "roles", "id")
    for profile in profiles:
        is_active = "yes" if profile.is_active else "no"
        table.add_row(
            profile.email, profile.name, is_active, " ".join(profile.roles), str(profile.id)
        )
    Console(width=None if sys.stdout.isatty() else 200, markup=False).print(table)


@cli.command("disable")
@command
async def disable(email: Email) -> None:
    """Keep a user out: their sessions end, and they cannot sign in."""
    async with desk() as at:
        user = await at.find(email)
        count = await at.disable(user)
    typer.echo(f"{user.email} is disabled; {count} sessions ended.")


@cli.command("enable")
@command
async def enable(email: Email) -> None:
    """Let a user sign in again."""
    async with desk() as at:
        user = await at.find(email)
        await at.users.change(user.id, at.parts.clock.now(), is_active=True)
    typer.echo(f"{user.email} is enabled.")


@cli.command("set-password")
@command
async def set_password(email: Email) -> None:
    """Give a user a new password and end their sessions. It is asked for, or read from stdin."""
    # Asked for first: no transaction waits for somebody to type.
    password = _ask_password()
    async with desk() as at:
        user = await at.find(email)
        await at.credentials.set_password(user, password)
        count = await at.end_sessions(user)
    typer.echo(f"{user.email} has a new password; {count} sessions ended.")


@cli.command("grant")
@command
async def grant(
    email: Email,
    roles: Annotated[list[str], typer.Argument(help="All roles from now on.")],
) -> None:
    """Set a user's roles."""
    async with desk() as at:
        user = await at.find(email)
        await at.users.change(user.id, at.parts.clock.now(), roles=roles)
    typer.echo(f"{user.email} has the roles: {' '.join(roles)}.")


def _ask_password() -> str:
    if sys.stdin.isatty():
        text = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    return _checked(_PASSWORD, text, "password")


def _checked(adapter: TypeAdapter[str], text: str, what: str) -> str:
    try:
        return adapter.validate_python(text)
    except ValidationError as fault:
        reason = fault.errors()[0]["msg"].removeprefix("Value error, ")
        raise Refused(f"The {what} is not acceptable: {reason}.") from None
