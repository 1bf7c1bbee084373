"""One at a time for each name, and nothing kept for names nobody waits for."""

import asyncio

import pytest

from authsvc.credentials.single_flight import SingleFlight


async def test_of_one_name_one_runs_at_a_time_and_other_names_do_not_wait() -> None:
    flights = SingleFlight()
    inside: list[str] = []
    most: dict[str, int] = {}

    async def work(name: str) -> None:
        async with flights.of(name):
            inside.append(name)
            most[name] = max(most.get(name, 0), inside.count(name))
            most["all"] = max(most.get("all", 0), len(inside))
            await asyncio.sleep(0)
            inside.remove(name)

    await asyncio.gather(*(work(name) for name in "abc" * 10))
    assert most == {"a": 1, "b": 1, "c": 1, "all": 3}
    assert not flights._locks
    assert not flights._waiting


async def test_whoever_fails_or_goes_away_lets_the_next_one_in() -> None:
    flights = SingleFlight()

    async def fail() -> None:
        async with flights.of("a"):
            await asyncio.sleep(0)
            raise ValueError("failed")

    async def wait() -> None:
        async with flights.of("a"):
            await asyncio.Event().wait()

    with pytest.raises(ValueError, match="failed"):
        await fail()
    holder, waiter = asyncio.create_task(wait()), asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.wait([waiter])
    holder.cancel()
    await asyncio.wait([holder])
    async with asyncio.timeout(5), flights.of("a"):
        assert set(flights._locks) == {"a"}
    assert not flights._locks
    assert not flights._waiting
