"""Windows and blocks, in memory and in Valkey: exact, atomic, and on our own clock."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from authsvc.core.values import Rate
from authsvc.limits.memory import BoundedMemory
from authsvc.limits.windows import Blocks, Counts, Window
from factories import MovedClock

MINUTE = timedelta(minutes=1)


async def _waits(window: Window, times: int, *who: str) -> list[int]:
    return [await window.take(*who) for _ in range(times)]


async def test_a_window_lets_so_many_in_and_says_when_the_next_one_is(
    counts: Counts, clock: MovedClock
) -> None:
    window = Window("tries", "3/minute", counts, clock)
    assert await _waits(window, 2, "ada") == [0, 0]
    clock.move(seconds=20.5)
    assert await _waits(window, 3, "ada") == [0, 40, 40]
    assert await _waits(window, 1, "bob") == [0]
    clock.move(seconds=40)
    # The first two have left the window, the third has not.
    assert await _waits(window, 3, "ada") == [0, 0, 21]


async def test_after_the_seconds_named_it_goes_on(counts: Counts, clock: MovedClock) -> None:
    window = Window("tries", "5/5minutes", counts, clock)
    for _ in range(3):
        assert await _waits(window, 5, "ada") == [0] * 5
        assert await window.take("ada") == 301
        clock.move(seconds=299)
        assert await window.take("ada") == 2
        clock.move(seconds=2)


async def test_of_any_number_at_once_no_more_than_the_limit_are_let_in(
    counts: Counts, clock: MovedClock
) -> None:
    window = Window("tries", "7/minute", counts, clock)
    waits = await asyncio.gather(*(window.take("ada") for _ in range(50)))
    assert sum(wait == 0 for wait in waits) == 7
    assert await window.is_full("ada")


async def test_what_is_given_back_or_forgotten_can_be_taken_again(
    counts: Counts, clock: MovedClock
) -> None:
    window = Window("tries", "2/minute", counts, clock)
    assert await _waits(window, 2, "ada") == [0, 0]
    await window.give_back("ada")
    assert not await window.is_full("ada")
    assert await window.take("ada") == 0
    assert await window.take("ada") > 0
    await window.forget("ada")
    assert await _waits(window, 2, "ada") == [0, 0]
    # Nothing is owed to who gives back more than they have taken.
    for _ in range(3):
        await window.give_back("ada")
    assert [bool(wait) for wait in await _waits(window, 3, "ada")] == [False, False, True]


@pytest.mark.parametrize(
    ("rate", "amount", "seconds"),
    (
        ("3/second", 3, 1),
        ("2/5minutes", 2, 300),
        ("2 per 2 hours", 2, 7200),
        ("1 / 1 day", 1, 86400),
        ("4/30seconds", 4, 30),
    ),
)
async def test_what_settings_accept_is_what_is_counted(
    clock: MovedClock, rate: str, amount: int, seconds: int
) -> None:
    window = Window("tries", TypeAdapter(Rate).validate_python(rate), BoundedMemory(clock), clock)
    assert await _waits(window, amount + 1, "ada") == [0] * amount + [seconds + 1]


async def test_limits_of_different_names_count_apart(counts: Counts, clock: MovedClock) -> None:
    windows = [Window(name, "1/minute", counts, clock) for name in ("tries", "sign-ups")]
    assert [await window.take("ada") for window in windows] == [0, 0]
    assert await windows[0].take("ada", "bob") == 0


async def test_blocks_grow_longer_and_the_last_length_is_repeated(
    counts: Counts, clock: MovedClock
) -> None:
    blocks = Blocks([MINUTE, 10 * MINUTE, 60 * MINUTE], counts, clock)
    assert await blocks.left("ada") == 0
    for seconds in (60, 600, 3600, 3600):
        assert await blocks.begin("ada") == seconds
        assert await blocks.left("ada") == seconds
        assert await blocks.left("bob") == 0
        clock.move(seconds=seconds - 1)
        # Whoever goes on within a block does not make it longer.
        assert await blocks.begin("ada") == 1
        assert await blocks.left("ada") == 1
        clock.move(seconds=1.5)
        assert await blocks.left("ada") == 0


async def test_of_several_blocks_begun_at_once_there_is_one(
    counts: Counts, clock: MovedClock
) -> None:
    blocks = Blocks([MINUTE, 10 * MINUTE], counts, clock)
    assert set(await asyncio.gather(*(blocks.begin("ada") for _ in range(20)))) == {60}
    clock.move(seconds=61)
    assert await blocks.begin("ada") == 600


async def test_after_a_quiet_day_blocks_are_short_again(counts: Counts, clock: MovedClock) -> None:
    blocks = Blocks([MINUTE, 10 * MINUTE], counts, clock)
    assert await blocks.begin("ada") == 60
    clock.move(hours=23)
    assert await blocks.begin("ada") == 600
    clock.move(hours=25)
    assert await blocks.begin("ada") == 60


async def test_a_single_length_is_repeated(counts: Counts, clock: MovedClock) -> None:
    blocks = Blocks([MINUTE], counts, clock)
    for _ in range(3):
        assert await blocks.begin("ada") == 60
        clock.move(seconds=61)
