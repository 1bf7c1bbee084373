"""What the operator does by hand: the next key, and the end of one that has leaked."""

import asyncio

from authsvc.core.database import Database
from factories import MovedClock
from keys.keepers import AHEAD, desk, first_key, keeper, signer, store, stored


async def test_rotating_publishes_now_and_signs_later(
    database_address: str, clock: MovedClock
) -> None:
    async with (
        keeper(database_address, clock=clock) as keys,
        desk(database_address, clock=clock) as operator,
    ):
        old = await signer(keys)
        life = await operator.rotate()
        assert (life.row.created_at, life.row.signs_from) == (clock.now(), clock.now() + AHEAD)
        await keys.follow()
        assert keys.current.kid == old
        assert [jwk["kid"] for jwk in keys.current.public] == [life.kid, old]


async def test_rotating_again_and_again_gives_each_key_its_turn(
    database_address: str, clock: MovedClock
) -> None:
    async with (
        keeper(database_address, clock=clock) as keys,
        desk(database_address, clock=clock) as operator,
    ):
        turns = [await signer(keys)]
        for _ in range(3):
            turns.append((await operator.rotate()).kid)
            clock.move(minutes=1)
        clock.move(minutes=6)
        for kid in turns:
            await keys.follow()
            assert keys.current.kid == kid
            clock.move(minutes=1)


async def test_the_first_key_of_all_signs_at_once(database_address: str, clock: MovedClock) -> None:
    async with desk(database_address, clock=clock) as operator:
        life = await operator.rotate()
    assert life.row.signs_from == clock.now()


async def test_rotating_in_several_places_at_once_makes_as_many_keys(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    await first_key(database_address)
    async with (
        desk(database_address, clock=clock) as one,
        desk(database_address, clock=clock) as two,
    ):
        lives = await asyncio.gather(one.rotate(), two.rotate())
    assert len({life.kid for life in lives}) == 2
    assert len(await stored(database)) == 3


async def test_the_survey_tells_of_every_key(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    old = await first_key(database_address)
    other = await first_key(database_address, "HS256")
    async with desk(database_address, clock=clock) as operator:
        waiting = (await operator.rotate()).kid
        retired = (await operator.rotate()).kid
        await operator.retire(retired)
        # Also of one that does not open.
        await store(database, "broken", "garbage", "RS256")
        told = {life.kid: life.state(clock.now()) for life in await operator.survey()}
    assert told == {
        old: "signing", other: "signing", waiting: "published", retired: "gone",
        "broken": "signing",
    }  # fmt: skip
