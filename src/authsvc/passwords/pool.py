"""A few slow threads for hashing, and a bounded queue before them.

Argon2 keeps a core busy for a tenth of a second and releases the interpreter lock meanwhile. In
threads of low priority it leaves the event loop alone; beyond the queue the answer is "busy". So it
is for a single place that would fill the queue by itself.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from authsvc.core.errors import Busy

T = TypeVar("T")
# Told of each job, by its thread: the seconds that it waited, and the seconds that it took.
Tell = Callable[[float, float], None]

# As far down as it goes: verification of tokens must never wait for a password.
_NICENESS = 19
# One place may take so many slots for each that it leaves free. Alone it gets two thirds of all; of
# several that come together each gets less, and some are always left for who comes next.
_FOR_EACH_FREE = 2


class Slot:
    """A place among the threads and in the queue, for one job."""

    def __init__(
        self, executor: ThreadPoolExecutor, free: Callable[[], None], tell: Tell | None
    ) -> None:
        """Run on `executor`; `free` is called once the job is out, `tell` with its times."""
        self._executor = executor
        self._free = free
        self._tell = tell
        self.is_used = False

    async def run(self, job: Callable[[], T]) -> T:
        """Run the job off the event loop. From now on the slot is the job's, whoever goes away."""
        if self.is_used:
            raise RuntimeError("a slot is for one job")
        future = self._executor.submit(self._timed(job))
        self.is_used = True
        # On the thread's future: a client that goes away frees its slot only once the job is out.
        future.add_done_callback(lambda _done: self._free())
        return await asyncio.wrap_future(future)

    def _timed(self, job: Callable[[], T]) -> Callable[[], T]:
        tell, submitted = self._tell, time.perf_counter()
        if tell is None:
            return job

        def timed() -> T:
            began = time.perf_counter()
            try:
                return job()
            finally:
                tell(began - submitted, time.perf_counter() - began)

        return timed


class HashPool:
    """Runs hashing jobs, `workers` at a time, with at most `queue` more waiting."""

    def __init__(self, workers: int, queue: int, tell: Tell | None = None) -> None:
        """Start no thread yet; each starts with its first job.

        Args:
            workers: How many jobs run at once.
            queue: How many more may wait.
            tell: Called by the thread after each job with the seconds that it waited and took.

        """
        self._executor = ThreadPoolExecutor(workers, "hash", initializer=_lower_priority)
        self._workers = workers
        self.slots = workers + queue
        self._tell = tell
        self._taken: Counter[str] = Counter()
        self._guard = threading.Lock()

    @property
    def taken(self) -> int:
        """How many jobs run or wait."""
        with self._guard:
            return self._taken.total()

    @contextlib.contextmanager
    def slot(self, place: str = "") -> Iterator[Slot]:
        """Take a slot before the work that leads to a job, so that nothing is done for nothing.

        A block that ends without having run a job gives the slot back.

        Args:
            place: For whom: no place can fill the queue by itself. Work of our own has none, and
                no share.

        Raises:
            Busy: If every thread is taken and the queue is full, or the place has its share. The
                block does not begin then.

        """
        with self._guard:
            free = self.slots - self._taken.total()
            if not free or (place and self._taken[place] >= _FOR_EACH_FREE * free):
                raise Busy
            self._taken[place] += 1
        slot = Slot(self._executor, partial(self._free, place), self._tell)
        try:
            yield slot
        finally:
            if not slot.is_used:
                self._free(place)

    async def run(self, job: Callable[[], T], place: str = "") -> T:
        """Run one job off the event loop, in a slot of its own. Raises what `slot` raises."""
        with self.slot(place) as slot:
            return await slot.run(job)

    def _free(self, place: str) -> None:
        with self._guard:
            self._taken[place] -= 1
            if not self._taken[place]:
                del self._taken[place]

    @property
    def running(self) -> int:
        """How many jobs are being done."""
        return min(self.taken, self._workers)

    @property
    def waiting(self) -> int:
        """How many jobs wait for a thread."""
        return max(0, self.taken - self._workers)

    def close(self) -> None:
        """Let the jobs under way finish, and drop the waiting ones."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _lower_priority() -> None:
    # On Linux the priority belongs to the thread. Elsewhere it would be the whole process's.
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
