"""Opens a test's signing keys as a process does that starts: with a connection of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select

from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.desk import KeyDesk
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.plan import KeyPolicy
from authsvc.keys.sealing import Sealer
from authsvc.keys.service import KeyService
from authsvc.tokens.keyring import Algorithm
from factories import SECRET, MovedClock

OTHER_SECRET = "another secret of enough characters"
TTL, AHEAD, MONTH = timedelta(minutes=15), timedelta(minutes=10), timedelta(days=30)


def _an_hour_ago() -> Clock:
    """Give what is made without a clock a past, whatever second a test's own has begun on."""
    clock = MovedClock()
    clock.move(hours=-1)
    return clock


def make_policy(alg: Algorithm = "ES256") -> KeyPolicy:
    """Make the policy of the default settings."""
    return KeyPolicy(alg, access_ttl=TTL, rotation=MONTH, publish_ahead=AHEAD)


@asynccontextmanager
async def keeper(
    address: str,
    alg: Algorithm = "ES256",
    *,
    clock: Clock | None = None,
    secret: str = SECRET,
    previous: str | None = None,
    file: Path | None = None,
    ttl: timedelta = TTL,
) -> AsyncIterator[KeyService]:
    """Give a key service on the database at `address`."""
    database = Database(address)
    sealer = Sealer(ApplicationSecret(secret, previous))
    policy = replace(make_policy(alg), file=file, access_ttl=ttl)
    yield KeyService(database, sealer, clock or _an_hour_ago(), policy, lambda _ring, _key: None)
    await database.dispose()


@asynccontextmanager
async def desk(
    address: str, alg: Algorithm = "ES256", *, clock: Clock, secret: str = SECRET
) -> AsyncIterator[KeyDesk]:
    """Give an operator's desk on the database at `address`."""
    database = Database(address)
    yield KeyDesk(database, Sealer(ApplicationSecret(secret)), clock, make_policy(alg))
    await database.dispose()


async def first_key(address: str, alg: Algorithm = "ES256") -> str:
    """Start once, and return the id of the key that signs."""
    async with keeper(address, alg) as keys:
        return await signer(keys)


async def signer(keys: KeyService) -> str:
    """Open the ring, and return the id of the key that signs."""
    await keys.open()
    assert keys.current.kid
    return keys.current.kid


async def stored(database: Database) -> Sequence[SigningKeyRow]:
    """Return every stored key, the oldest first."""
    async with database.reading() as session:
        statement = select(SigningKeyRow).order_by(col(SigningKeyRow.created_at))
        return (await session.exec(statement)).all()


async def store(database: Database, kid: str, sealed: str, alg: Algorithm = "ES256") -> None:
    """Put a row there as it is."""
    now = _an_hour_ago().now()
    row = SigningKeyRow(
        kid=kid, alg=alg, sealed_key=sealed, created_at=now, signs_from=now, longest_ttl=900
    )
    async with database.writing() as session:
        session.add(row)
