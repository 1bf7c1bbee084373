"""The end of a key that has leaked: dropped by everybody, at once, and for good."""

import asyncio

import pytest
from sqlmodel import update

from authsvc.core.database import Database
from authsvc.keys.desk import Retired
from authsvc.keys.errors import KeyUnusable, NoSuchKey
from authsvc.keys.models import SigningKeyRow
from authsvc.tokens.keyring import Algorithm
from factories import MovedClock
from keys.keepers import OTHER_SECRET, desk, first_key, keeper, signer, stored


@pytest.mark.parametrize("alg", ("ES256", "HS256"))
async def test_a_retired_key_is_dropped_by_everybody_and_another_signs_at_once(
    database_address: str, database: Database, clock: MovedClock, alg: Algorithm
) -> None:
    async with (
        keeper(database_address, alg, clock=clock) as one,
        keeper(database_address, alg, clock=clock) as two,
        desk(database_address, alg, clock=clock) as operator,
    ):
        leaked = await signer(one)
        await two.open()
        successor = (await operator.retire(leaked)).successor
        assert successor
        for process in (one, two):
            await process.follow()
            assert process.current.kid == successor
            assert process.current.ring.find(leaked) is None
            assert process.current.ring.find(successor)
    [row] = [row for row in await stored(database) if row.kid == leaked]
    # Its name stays, so that it is never taken in again; nothing else does.
    assert (row.retired_at, row.sealed_key) == (clock.now(), "")


async def test_where_a_key_waits_already_it_takes_over(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    leaked = await first_key(database_address)
    async with desk(database_address, clock=clock) as operator:
        waiting = (await operator.rotate()).kid
        clock.move(minutes=1)
        later = (await operator.rotate()).kid
        assert (await operator.retire(leaked)).successor == waiting
    begun = {row.kid: row.signs_from <= clock.now() for row in await stored(database)}
    assert begun == {leaked: True, waiting: True, later: False}


async def test_retiring_what_does_not_sign_makes_no_new_key(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    async with (
        keeper(database_address, clock=clock) as keys,
        desk(database_address, clock=clock) as operator,
    ):
        old = await signer(keys)
        waiting = (await operator.rotate()).kid
        assert not (await operator.retire(waiting)).was_signing
        clock.move(minutes=10)
        await keys.follow()
        assert (keys.current.kid, len(keys.current.ring)) == (old, 1)
        new = (await operator.rotate()).kid
        clock.move(minutes=10)
        assert not (await operator.retire(old)).was_signing
        await keys.follow()
        assert (keys.current.kid, len(keys.current.ring)) == (new, 1)
    assert len(await stored(database)) == 3


async def test_a_key_of_another_algorithm_is_retired_too_and_followed_when_it_is_needed(
    database_address: str, clock: MovedClock
) -> None:
    other = await first_key(database_address, "HS256")
    own = await first_key(database_address)
    async with desk(database_address, clock=clock) as operator:
        assert not (await operator.retire(other)).was_signing
    async with keeper(database_address, clock=clock) as keys:
        assert await signer(keys) == own
    assert await first_key(database_address, "HS256") not in {other, own}


async def test_a_key_that_is_not_there_or_retired_is_a_clear_word(
    database_address: str, clock: MovedClock
) -> None:
    kid = await first_key(database_address)
    async with desk(database_address, clock=clock) as operator:
        with pytest.raises(NoSuchKey, match="The key x does not exist"):
            await operator.retire("x")
        await operator.retire(kid)
        with pytest.raises(NoSuchKey, match=f"The key {kid} is retired already"):
            await operator.retire(kid)


async def test_under_another_secret_keys_are_retired_and_none_is_made(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    async with (
        keeper(database_address, clock=clock) as keys,
        desk(database_address, clock=clock, secret=OTHER_SECRET) as stranger,
    ):
        leaked = await signer(keys)
        with pytest.raises(KeyUnusable, match=leaked):
            await stranger.rotate()
        assert await stranger.retire(leaked) == Retired(was_signing=True)
        assert [row.kid for row in await stored(database)] == [leaked]
        # A process that has the secret makes the next one.
        await keys.follow()
        assert keys.current.kid not in {None, leaked}


async def test_a_garbled_row_is_given_up_by_retiring_it(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    kid = await first_key(database_address)
    async with database.writing() as session:
        await session.exec(update(SigningKeyRow).values(sealed_key="garbage"))
    async with (
        keeper(database_address, clock=clock) as keys,
        desk(database_address, clock=clock) as operator,
    ):
        with pytest.raises(KeyUnusable, match=kid):
            await keys.open()
        assert await operator.retire(kid) == Retired(was_signing=True)
        assert await signer(keys) != kid


async def test_of_two_hands_that_retire_one_key_one_does_it(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    kid = await first_key(database_address)
    async with (
        desk(database_address, clock=clock) as one,
        desk(database_address, clock=clock) as two,
    ):
        ended = await asyncio.gather(one.retire(kid), two.retire(kid), return_exceptions=True)
    assert {type(end) for end in ended} == {Retired, NoSuchKey}
    assert len(await stored(database)) == 2
