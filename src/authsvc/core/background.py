"""Small jobs that a process repeats beside its requests, for as long as the application is open.

`parts.py` names them. A job's work is an ordinary coroutine that tests call by themselves.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from authsvc.core.errors import Unavailable

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again.

    Attributes:
        name: How the log calls it.
        every: Seconds from the end of one run to the beginning of the next.
        run: The work. An exception ends that run, never the job.
    """

    name: str
    every: float
    run: Callable[[], Awaitable[object]]


@asynccontextmanager
async def running(jobs: Sequence[Job]) -> AsyncIterator[None]:
    """Repeat `jobs` until the block ends; a run that is under way then is cancelled."""
    tasks = [asyncio.create_task(_repeat(job), name=job.name) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(job: Job) -> None:
    while True:
        await asyncio.sleep(job.every)
        try:
            await job.run()
        except Unavailable:
            # Logged where it was found. The next run finds the database back, or not.
            continue
        except Exception:  # noqa: BLE001 - one odd run must not end the job for good
            _log.exception("job_failed", job=job.name)
