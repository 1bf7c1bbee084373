"""Keys that were there before the ring: they sign on, and no token is lost."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, text

from authsvc.core import migrations
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.material import make_key, prepare
from authsvc.keys.sealing import Sealer
from databases import empty_address
from factories import SECRET, MovedClock
from keys.keepers import keeper, signer, stored

__all__ = ["empty_address"]

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def old(empty_address: str) -> AsyncIterator[Database]:
    """Give a database with the schema before the ring."""
    database = Database(empty_address)

    def upgrade(connection: Connection) -> None:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    async with database.engine.begin() as connection:
        await connection.run_sync(upgrade)
    yield database
    await database.dispose()


async def test_a_key_of_the_time_before_signs_on(
    old: Database, empty_address: str, clock: MovedClock
) -> None:
    material = make_key("ES256")
    kid = prepare("ES256", material)[0].kid
    sealed = Sealer(ApplicationSecret(SECRET)).seal(kid, material)
    is_sqlite = empty_address.startswith("sqlite")
    values = {
        "kid": kid,
        "sealed": f"1.{sealed.split('.')[2]}",
        "at": "2026-01-01 00:00:00.000000" if is_sqlite else MADE_AT,
    }
    insert = text(
        "INSERT INTO signing_keys (kid, alg, sealed_key, created_at) "
        "VALUES (:kid, 'ES256', :sealed, :at)"
    )
    async with old.writing() as session:
        await (await session.connection()).execute(insert, values)
    await migrations.migrate(old)
    [row] = await stored(old)
    assert (row.created_at, row.signs_from, row.longest_ttl) == (MADE_AT, MADE_AT, 86400)
    async with keeper(empty_address, clock=clock) as keys:
        assert await signer(keys) == kid
        assert not keys.needs_previous_secret
        # It is old enough to be followed, and has been since.
        await keys.follow()
        assert len(keys.current.ring) == 2
