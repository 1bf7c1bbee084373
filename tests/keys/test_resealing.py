"""Changing the application secret: the ring is sealed anew at the start, and the old one can go."""

import pytest

from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.errors import KeyUnusable
from authsvc.keys.sealing import Sealer
from authsvc.tokens.keyring import Algorithm
from factories import SECRET, MovedClock
from keys.keepers import OTHER_SECRET, desk, first_key, keeper, signer, store, stored

THIRD_SECRET = "and a third one, also long enough"


async def test_after_one_start_with_both_the_new_secret_is_enough(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    async with keeper(database_address, clock=clock) as keys:
        old = await signer(keys)
        async with desk(database_address, clock=clock) as operator:
            await operator.rotate()
        clock.move(minutes=11)
        await keys.follow()
        before = keys.current
    async with keeper(database_address, clock=clock, secret=OTHER_SECRET, previous=SECRET) as keys:
        await keys.load()
        assert keys.needs_previous_secret
        await keys.open()
        assert not keys.needs_previous_secret
    async with keeper(database_address, clock=clock, secret=OTHER_SECRET) as keys:
        await keys.open()
        assert keys.current == before
        assert keys.current.ring.find(old)
    sealer = Sealer(ApplicationSecret(OTHER_SECRET))
    assert all(sealer.is_current(row.sealed_key) for row in await stored(database))
    async with keeper(database_address, clock=clock, previous=THIRD_SECRET) as keys:
        with pytest.raises(KeyUnusable):
            await keys.open()


async def test_keys_of_other_algorithms_are_sealed_anew_as_well(database_address: str) -> None:
    kids: dict[Algorithm, str] = {
        alg: await first_key(database_address, alg) for alg in ("ES256", "HS256")
    }
    async with keeper(database_address, secret=OTHER_SECRET, previous=SECRET) as keys:
        await keys.open()
    for alg, kid in kids.items():
        async with keeper(database_address, alg, secret=OTHER_SECRET) as keys:
            assert await signer(keys) == kid


async def test_one_of_them_that_is_garbage_waits_until_it_is_needed(
    database_address: str, database: Database
) -> None:
    kid = await first_key(database_address)
    await store(database, "broken", "1.AAAA", "HS256")
    async with keeper(database_address, secret=OTHER_SECRET, previous=SECRET) as keys:
        assert await signer(keys) == kid
    async with keeper(database_address, "HS256", secret=OTHER_SECRET) as keys:
        with pytest.raises(KeyUnusable, match="broken"):
            await keys.open()


async def test_a_running_process_seals_anew_what_one_with_the_old_secret_has_made(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    await first_key(database_address)
    async with keeper(
        database_address, clock=clock, secret=OTHER_SECRET, previous=SECRET
    ) as changed:
        # One that was not restarted yet rotates before this one starts; one more after.
        async with desk(database_address, clock=clock) as operator:
            await operator.rotate()
            await changed.open()
            sealer = Sealer(ApplicationSecret(SECRET))
            [row, _] = await stored(database)
            material = Sealer(ApplicationSecret(OTHER_SECRET)).open(row.kid, row.sealed_key)
        async with database.writing() as session:
            row.sealed_key = sealer.seal(row.kid, material)
            session.add(row)
        await changed.follow()
    async with keeper(database_address, clock=clock, secret=OTHER_SECRET) as keys:
        await keys.open()
        assert len(keys.current.ring) == 2


@pytest.mark.parametrize("alg", ("ES256", "HS256"))
async def test_rows_in_the_first_form_are_taken_over(
    database_address: str, database: Database, alg: Algorithm
) -> None:
    kid = await first_key(database_address, alg)
    [row] = await stored(database)
    async with database.writing() as session:
        row.sealed_key = f"1.{row.sealed_key.split('.')[2]}"
        session.add(row)
    async with keeper(database_address, alg) as keys:
        assert await signer(keys) == kid
    [row] = await stored(database)
    assert row.sealed_key.startswith("2.")
