"""`authsvc keys …`: the keys that sign tokens, by the hand of the operator."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from authsvc.cli.workshop import command, settings_for_command, workshop
from authsvc.keys.life import MAX_AGE, Life
from authsvc.parts import Parts

cli = typer.Typer(help="Signing keys.", no_args_is_help=True)

# Ids are base64url, so one in 64 begins with a dash and looks like an option.
_ANY_ID = {"ignore_unknown_options": True}
_CACHED_FOR = int(MAX_AGE.total_seconds())


@asynccontextmanager
async def _parts() -> AsyncIterator[Parts]:
    async with workshop(settings_for_command()) as parts:
        yield parts


@cli.command("list")
@command
async def list_keys(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List all keys, what each does, and until when."""
    async with _parts() as parts:
        family, now = await parts.key_desk.survey(), parts.clock.now()
    if as_json:
        typer.echo(json.dumps([_described(life, now) for life in family], indent=2))
        return
    table = Table("key", "algorithm", "state", "published", "signs from", "verifies until")
    for life in family:
        row = life.row
        state = "retired" if row.retired_at else life.state(now)
        instants = (row.created_at, row.signs_from, life.verifies_until)
        table.add_row(row.kid, row.alg, state, *(_instant(at) or "" for at in instants))
    Console(width=None if sys.stdout.isatty() else 200, markup=False).print(table)


@cli.command("rotate")
@command
async def rotate() -> None:
    """Publish a new key now. It signs once every verifier has had time to fetch it."""
    async with _parts() as parts:
        life = await parts.key_desk.rotate()
    typer.echo(f"{life.kid} is published, and signs from {_instant(life.row.signs_from)}.")


@cli.command("retire", context_settings=_ANY_ID)
@command
async def retire(
    kid: Annotated[str, typer.Argument(help="The id of the key, as `list` shows it.")],
) -> None:
    """Drop a key that has leaked. Nothing it has signed is accepted any more."""
    async with _parts() as parts:
        retired = await parts.key_desk.retire(kid)
    typer.echo(f"{kid} is retired. What it has signed is refused within seconds.")
    if retired.successor:
        typer.echo(f"{retired.successor} signs from now on.")
    elif retired.was_signing:
        typer.echo("The service makes another one, which signs at once.")
    typer.echo(
        f"Services that verify by themselves may go by the old key set for {_CACHED_FOR} seconds."
    )


def _described(life: Life, now: datetime) -> dict[str, str | None]:
    row = life.row
    return {
        "kid": row.kid,
        "alg": row.alg,
        "state": life.state(now),
        "published_at": _instant(row.created_at),
        "signs_from": _instant(row.signs_from),
        "signs_until": _instant(life.signs_until),
        "verifies_until": _instant(life.verifies_until),
        "retired_at": _instant(row.retired_at),
    }


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
