"""Rotation with several processes on one database: each key has its time, and no token is lost."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.material import prepare, prepare_public
from authsvc.keys.sealing import Sealer
from authsvc.keys.service import KeyService
from authsvc.tokens.keyring import Algorithm
from factories import SECRET, MovedClock
from keys.keepers import AHEAD, MONTH, desk, first_key, keeper, signer, stored


async def followed(*processes: KeyService) -> list[tuple[str | None, list[str]]]:
    """Let each process look once; return what signs and what is in the ring."""
    for process in processes:
        await process.follow()
    return [(p.current.kid, [kid for kid, _ in p.current.members]) for p in processes]


@pytest.mark.parametrize("alg", ("ES256", "HS256"))
async def test_keys_rotate_by_themselves_and_every_process_does_the_same(
    database_address: str, database: Database, clock: MovedClock, alg: Algorithm
) -> None:
    async with AsyncExitStack() as stack:
        one, two = [
            await stack.enter_async_context(keeper(database_address, alg, clock=clock))
            for _ in range(2)
        ]
        old = await signer(one)
        assert await signer(two) == old
        clock.move(seconds=(MONTH - AHEAD).total_seconds() - 1)
        assert await followed(one, two) == [(old, [old])] * 2
        clock.move(seconds=1)
        # Both notice at once; one of them does it.
        await asyncio.gather(one.follow(), two.follow())
        new = ({row.kid for row in await stored(database)} - {old}).pop()
        assert await followed(one, two) == [(old, [new, old])] * 2
        clock.move(seconds=AHEAD.total_seconds() - 1)
        assert await followed(one, two) == [(old, [new, old])] * 2
        clock.move(seconds=1)
        assert await followed(one, two) == [(new, [new, old])] * 2
        # 15 minutes for the last token, 5 for those who keep the key set.
        clock.move(minutes=20, seconds=-1)
        assert await followed(one, two) == [(new, [new, old])] * 2
        clock.move(seconds=1)
        # To the moment, and not with the next look.
        found = one.current.ring.find(old)
        assert found
        assert not found.is_usable(clock.now())
        assert await followed(one, two) == [(new, [new])] * 2
    assert [row.kid for row in await stored(database)] == [new]


async def test_of_many_processes_one_makes_the_next_key(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    async with AsyncExitStack() as stack:
        processes = [
            await stack.enter_async_context(keeper(database_address, clock=clock)) for _ in range(5)
        ]
        for process in processes:
            await process.open()
        clock.move(days=30)
        await asyncio.gather(*(process.follow() for process in processes))
        await asyncio.gather(*(process.follow() for process in processes))
    assert len(await stored(database)) == 2


@pytest.mark.parametrize("alg", ("ES256", "RS256"))
async def test_what_signed_is_erased_and_what_verifies_is_kept(
    database_address: str, database: Database, clock: MovedClock, alg: Algorithm
) -> None:
    sealer = Sealer(ApplicationSecret(SECRET))
    async with keeper(database_address, alg, clock=clock) as keys:
        old = await signer(keys)
        old_signing = keys.current.signing
        async with desk(database_address, alg, clock=clock) as operator:
            await operator.rotate()
        clock.move(minutes=11)
        await keys.follow()
        assert keys.current.kid != old
        [row] = [row for row in await stored(database) if row.kid == old]
        assert row.erased_at == clock.now()
        material = sealer.open(old, row.sealed_key)
        with pytest.raises(ValueError, match="private"):
            prepare(alg, material)
        assert old_signing
        signature = old_signing.key.sign(b"message")
        assert prepare_public(alg, material).key.verify(b"message", signature)
        # Also a process that starts now knows it.
        async with keeper(database_address, alg, clock=clock) as later:
            await later.open()
            assert later.current.members == keys.current.members
            found = later.current.ring.find(old)
            assert found
            assert found.key.verify(b"message", signature)


async def test_a_key_that_signed_long_tokens_lasts_as_long_as_they(
    database_address: str, clock: MovedClock
) -> None:
    async with keeper(database_address, clock=clock, ttl=timedelta(hours=20)) as keys:
        old = await signer(keys)
    # Shorter from now on; the long ones are still out there.
    async with keeper(database_address, clock=clock) as keys:
        await keys.open()
        async with desk(database_address, clock=clock) as operator:
            await operator.rotate()
        clock.move(hours=20, minutes=14)
        assert keys.current.ring.find(old)
        await keys.follow()
        assert keys.current.ring.find(old)
        clock.move(minutes=1)
        await keys.follow()
        assert not keys.current.ring.find(old)


async def test_longer_tokens_lengthen_the_life_of_the_key_that_signs_them(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    await first_key(database_address)
    async with keeper(database_address, clock=clock, ttl=timedelta(hours=1)) as keys:
        await keys.open()
    assert [row.longest_ttl for row in await stored(database)] == [3600]


async def test_the_ring_is_handed_over_only_when_it_has_changed(
    database_address: str, clock: MovedClock
) -> None:
    given: list[object] = []
    async with keeper(database_address, clock=clock) as keys:
        keys._use = lambda ring, _signing: given.append(ring)
        await keys.open()
        for _ in range(5):
            clock.move(seconds=1)
            await keys.follow()
        assert given == [keys.current.ring]
        async with desk(database_address, clock=clock) as operator:
            await operator.rotate()
        await keys.follow()
        await keys.follow()
    assert len(given) == 2
