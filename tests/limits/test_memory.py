"""Counts in memory take bounded space, and forget by themselves."""

import tracemalloc

from authsvc.limits.memory import BoundedMemory
from authsvc.limits.windows import Window
from factories import MovedClock


async def test_a_flood_of_keys_takes_no_more_than_the_bound(clock: MovedClock) -> None:
    memory = BoundedMemory(clock, most=1000)
    window = Window("tries", "30/minute", memory, clock)
    for number in range(1000):
        await window.take(f"before-{number:032x}")
    tracemalloc.start()
    try:
        for number in range(20_000):
            await window.take(f"{number:032x}")
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(memory) == 1000
    assert grown < 1000 * 600


async def test_whoever_is_at_work_is_not_forgotten_in_a_flood(clock: MovedClock) -> None:
    memory = BoundedMemory(clock, most=100)
    window = Window("account", "5/5minutes", memory, clock)
    waits = []
    for number in range(1000):
        if number % 50 == 0:
            waits.append(await window.take("ada"))
        await window.take(f"{number:032x}")
    assert [bool(wait) for wait in waits] == [False] * 5 + [True] * 15


async def test_a_flood_of_one_kind_pushes_out_nothing_of_another(clock: MovedClock) -> None:
    memory = BoundedMemory(clock, most=100)
    tries = Window("tries", "1/minute", memory, clock)
    blocks = Window("block-0", "1/minute", memory, clock)
    assert await blocks.take("192.0.2.1") == 0
    for number in range(1000):
        await tries.take(f"{number:032x}")
    assert await blocks.take("192.0.2.1") > 0


async def test_what_is_outdated_leaves_by_itself(clock: MovedClock) -> None:
    memory = BoundedMemory(clock)
    window = Window("tries", "3/minute", memory, clock)
    for number in range(500):
        await window.take(f"{number:032x}")
        await window.take(f"{number:032x}")
    assert len(memory) == 500
    clock.move(seconds=61)
    await window.take("ada")
    assert len(memory) == 1


async def test_what_was_given_back_takes_no_space(clock: MovedClock) -> None:
    memory = BoundedMemory(clock)
    window = Window("tries", "3/minute", memory, clock)
    await window.take("ada")
    await window.give_back("ada")
    await window.take("bob")
    await window.forget("bob")
    assert len(memory) == 0
