"""The hash pool: few slow threads, a bounded queue before them, and nothing lost on the way."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from authsvc.core.errors import Busy
from authsvc.passwords.pool import HashPool


class Gate:
    """A job that does not end before it is let go, and knows how often it was begun."""

    def __init__(self) -> None:
        self._is_open = threading.Event()
        self._counted = threading.Semaphore(0)
        self.begun = 0

    def __call__(self) -> str:
        self.begun += 1
        self._counted.release()
        assert self._is_open.wait(10)
        return "done"

    async def is_begun(self, times: int) -> None:
        """Wait until so many jobs run."""
        for _ in range(times):
            assert await asyncio.to_thread(self._counted.acquire, timeout=10)

    def open(self) -> None:
        """Let every job end."""
        self._is_open.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


@pytest.fixture
def pool() -> Iterator[HashPool]:
    pool = HashPool(workers=2, queue=3)
    yield pool
    pool.close()


async def _started(pool: HashPool, gate: Gate, jobs: int) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(pool.run(gate)) for _ in range(jobs)]
    await gate.is_begun(min(jobs, 2))
    return tasks


async def test_beyond_threads_and_queue_the_answer_is_busy_and_nothing_runs(
    pool: HashPool, gate: Gate
) -> None:
    tasks = await _started(pool, gate, 5)
    for _ in range(3):
        with pytest.raises(Busy) as refusal:
            await pool.run(gate)
    assert refusal.value.status == 503
    assert refusal.value.headers["Retry-After"] == "1"
    assert gate.begun == 2
    gate.open()
    assert await asyncio.gather(*tasks) == ["done"] * 5
    assert gate.begun == 5
    assert await pool.run(lambda: 7) == 7


async def test_one_place_takes_two_thirds_of_the_slots_and_leaves_the_rest_to_others(
    gate: Gate,
) -> None:
    pool = HashPool(workers=2, queue=6)
    flood = [asyncio.create_task(pool.run(gate, "192.0.2.1")) for _ in range(50)]
    done, waiting = await asyncio.wait(flood, timeout=0)
    assert len(waiting) == 6
    assert all(isinstance(task.exception(), Busy) for task in done)
    others = [asyncio.create_task(pool.run(gate, f"192.0.2.{number}")) for number in range(2, 4)]
    await asyncio.wait(others, timeout=0)
    assert pool.taken == 8
    with pytest.raises(Busy):
        await pool.run(gate, "192.0.2.8")
    gate.open()
    assert await asyncio.gather(*waiting, *others) == ["done"] * 8
    # Who has gone takes no room, neither in the queue nor in memory.
    assert await pool.run(lambda: 7, "192.0.2.1") == 7
    await asyncio.to_thread(pool.close)
    assert not pool._taken


async def test_a_waiting_job_whose_client_has_gone_frees_its_place_and_never_runs(
    pool: HashPool, gate: Gate
) -> None:
    tasks = await _started(pool, gate, 5)
    tasks[-1].cancel()
    await asyncio.wait([tasks[-1]])
    replacement = asyncio.create_task(pool.run(lambda: "in its place"))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await pool.run(gate)
    gate.open()
    assert await replacement == "in its place"
    await asyncio.wait(tasks)
    assert gate.begun == 4


async def test_a_running_job_keeps_its_place_until_it_ends_whoever_has_gone(
    pool: HashPool, gate: Gate
) -> None:
    tasks = await _started(pool, gate, 5)
    tasks[0].cancel()
    tasks[1].cancel()
    await asyncio.wait(tasks[:2])
    with pytest.raises(Busy):
        await pool.run(gate)
    gate.open()
    await asyncio.gather(*tasks[2:])
    # The two that nobody waits for may end later than the others. Jobs that need both threads at
    # once begin only when nothing else is left.
    both = threading.Barrier(2)
    await asyncio.gather(*(pool.run(lambda: both.wait(10)) for _ in range(2)))
    assert await asyncio.gather(*(pool.run(lambda: 1) for _ in range(5))) == [1] * 5


async def test_a_job_that_fails_frees_its_place(pool: HashPool) -> None:
    def fail() -> None:
        raise ValueError("damaged")

    for _ in range(20):
        with pytest.raises(ValueError, match="damaged"):
            await pool.run(fail)
    assert await pool.run(lambda: 1) == 1


async def test_the_event_loop_goes_on_while_every_thread_is_taken(
    pool: HashPool, gate: Gate
) -> None:
    tasks = await _started(pool, gate, 5)
    turns = 0
    for _ in range(1000):
        await asyncio.sleep(0)
        turns += 1
    assert not any(task.done() for task in tasks)
    assert turns == 1000
    gate.open()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("workers", (1, 3))
async def test_there_are_as_many_threads_as_asked_for(workers: int) -> None:
    pool = HashPool(workers, queue=10)
    barrier = threading.Barrier(workers)
    names: set[str] = set()

    def job() -> None:
        names.add(threading.current_thread().name)
        barrier.wait(10)

    await asyncio.gather(*(pool.run(job) for _ in range(workers * 2)))
    pool.close()
    assert len(names) == workers


async def test_hashing_threads_stand_back_and_the_others_do_not(pool: HashPool) -> None:
    assert sys.platform == "linux", "elsewhere a priority belongs to the process"

    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    assert await pool.run(priority) == 19
    assert priority() == before < 19


async def test_closing_lets_the_running_end_and_drops_the_waiting(gate: Gate) -> None:
    pool = HashPool(workers=2, queue=3)
    tasks = await _started(pool, gate, 5)
    closing = asyncio.create_task(asyncio.to_thread(pool.close))
    await asyncio.wait(tasks[2:])
    gate.open()
    await closing
    assert await asyncio.gather(*tasks[:2]) == ["done", "done"]
    assert all(task.cancelled() for task in tasks[2:])
    assert gate.begun == 2
