"""A few slow threads for hashing, and a bounded queue before them.

Argon2 keeps a core busy for a tenth of a second and releases the interpreter lock meanwhile. In
threads of low priority it leaves the event loop alone; beyond the queue the answer is "busy".
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from authsvc.core.errors import Busy

T = TypeVar("T")

# As far down as it goes: verification of tokens must never wait for a password.
_NICENESS = 19


class HashPool:
    """Runs hashing jobs, `workers` at a time, with at most `queue` more waiting."""

    def __init__(self, workers: int, queue: int) -> None:
        """Start no thread yet; each starts with its first job."""
        self._executor = ThreadPoolExecutor(workers, "hash", initializer=_lower_priority)
        self._slots = workers + queue
        self._taken = 0
        self._guard = threading.Lock()

    async def run(self, job: Callable[[], T]) -> T:
        """Run one job off the event loop.

        Raises:
            Busy: If every thread is taken and the queue is full. The job is not started then.

        """
        with self._guard:
            if self._taken >= self._slots:
                raise Busy
            self._taken += 1
        future = self._executor.submit(job)
        # On the thread's future: a client that goes away frees its slot only once the job is out.
        future.add_done_callback(self._free)
        return await asyncio.wrap_future(future)

    def _free(self, _future: Future[T]) -> None:
        with self._guard:
            self._taken -= 1

    def close(self) -> None:
        """Let the jobs under way finish, and drop the waiting ones."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _lower_priority() -> None:
    # On Linux the priority belongs to the thread. Elsewhere it would be the whole process's.
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
