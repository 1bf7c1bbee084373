"""Opens a test's signing keys as a process does that starts: with a connection of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlmodel import col, select

from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.sealing import Sealer
from authsvc.keys.service import KeyService
from authsvc.tokens.keyring import Algorithm
from factories import SECRET, MovedClock

OTHER_SECRET = "another secret of enough characters"


@asynccontextmanager
async def keeper(
    address: str,
    alg: Algorithm = "ES256",
    *,
    clock: Clock | None = None,
    secret: str = SECRET,
    previous: str | None = None,
) -> AsyncIterator[KeyService]:
    """Give a key service on the database at `address`."""
    database = Database(address)
    sealer = Sealer(ApplicationSecret(secret, previous))
    yield KeyService(database, sealer, clock or MovedClock(), alg)
    await database.dispose()


async def first_key(address: str, alg: Algorithm = "ES256") -> str:
    """Start once, and return the id of the key that signs."""
    async with keeper(address, alg) as keys:
        return (await keys.load_or_create())[1].kid


async def stored(database: Database) -> Sequence[SigningKeyRow]:
    """Return every stored key, the oldest first."""
    async with database.reading() as session:
        statement = select(SigningKeyRow).order_by(col(SigningKeyRow.created_at))
        return (await session.exec(statement)).all()


async def store(database: Database, kid: str, sealed: str, alg: Algorithm = "ES256") -> None:
    """Put a row there as it is."""
    row = SigningKeyRow(kid=kid, alg=alg, sealed_key=sealed, created_at=MovedClock().now())
    async with database.writing() as session:
        session.add(row)
