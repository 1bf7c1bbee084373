"""`authsvc check`: says in plain words whether the service could start, and what is wrong."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from authsvc.boot import InvalidSettings
from authsvc.cli.workshop import (
    NO_DATABASE,
    OLD_SCHEMA,
    command,
    fail,
    settings_for_command,
)
from authsvc.core import migrations
from authsvc.core.clock import SystemClock
from authsvc.core.errors import Unavailable
from authsvc.keys.errors import KeyUnusable
from authsvc.limits.service import counts_at
from authsvc.parts import Parts
from authsvc.passwords.hasher import HashParameters
from authsvc.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_ok: bool
    says: str


@command
async def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False
) -> None:
    """Check settings, database and keys, change nothing, and say what is wrong."""
    try:
        settings = settings_for_command(makes=False)
    except InvalidSettings as fault:
        findings: Sequence[Finding] = [
            Finding("settings", is_ok=False, says=f) for f in fault.faults
        ]
    else:
        findings = [
            Finding("settings", is_ok=True, says=f"{settings.env}, {settings.public_url}"),
            _look_at_proxies(settings),
            await _look_at_limits(settings),
            *await _look_at_database(settings),
        ]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            typer.echo(f"{'ok   ' if finding.is_ok else 'WRONG'}  {finding.name}: {finding.says}")
    if not all(finding.is_ok for finding in findings):
        fail("not ready to serve.")


def _look_at_proxies(settings: Settings) -> Finding:
    """Explain whose word counts about where a request comes from."""
    if settings.trusted_proxies:
        says = f"{len(settings.trusted_proxies)} networks are believed about their clients"
    else:
        tls = "; what ends TLS for you is one" if settings.is_https else ""
        says = (
            "none is believed. Behind one, list it in AUTHSVC_TRUSTED_PROXIES: else all clients "
            f"share its address, and with it their limits{tls}"
        )
    return Finding("proxies", is_ok=True, says=says)


async def _look_at_limits(settings: Settings) -> Finding:
    counts = counts_at(settings.rate_limit_storage, SystemClock())
    try:
        await counts.ping()
    except Unavailable:
        says = "AUTHSVC_RATE_LIMIT_STORAGE does not answer. Without it nobody can sign in."
        return Finding("limits", is_ok=False, says=says)
    finally:
        await counts.close()
    return Finding("limits", is_ok=True, says=f"counted in {counts.where}")


async def _look_at_database(settings: Settings) -> Sequence[Finding]:
    parts = Parts.build(settings, SystemClock(), HashParameters())
    kind = "SQLite" if parts.database.is_sqlite else "PostgreSQL"
    if parts.database.is_sqlite and not parts.database.file_exists():
        return [Finding("database", is_ok=True, says="SQLite, made on the first start")]
    try:
        if not await migrations.is_current(parts.database):
            is_ok = parts.database.is_sqlite
            says = "SQLite, brought up to date on the next start" if is_ok else OLD_SCHEMA
            return [Finding("database", is_ok=is_ok, says=says)]
        keys = await _look_at_keys(parts, settings)
    except Unavailable:
        return [Finding("database", is_ok=False, says=NO_DATABASE)]
    finally:
        parts.pool.close()
        await parts.database.dispose()
    return [Finding("database", is_ok=True, says=f"{kind}, schema current"), keys]


async def _look_at_keys(parts: Parts, settings: Settings) -> Finding:
    try:
        loaded = await parts.keys.load()
    except KeyUnusable as fault:
        return Finding("keys", is_ok=False, says=str(fault))
    if loaded is None:
        return Finding("keys", is_ok=True, says=f"{settings.signing_alg}, made on the first start")
    signs = f"{loaded.kid} signs" if loaded.kid else "none signs, one is made on the next start"
    if settings.signing_key_file:
        signs += f", from {settings.signing_key_file}"
    if parts.keys.needs_previous_secret:
        signs += "; sealed anew on the next start"
    return Finding(
        "keys",
        is_ok=True,
        says=f"{settings.signing_alg}, {len(loaded.ring)} in the ring, {signs}",
    )
