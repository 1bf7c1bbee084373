"""Keeps asking authsvc in the background, for as long as the service is open."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

_log = logging.getLogger("authsvc.verifier")

Work = Callable[[], Awaitable[None]]


class Following:
    """Repeats a few works side by side."""

    def __init__(self, works: Sequence[Work], every: float) -> None:
        """Repeat each of `works`, `every` so many seconds after it has ended."""
        self._works = works
        self._every = every
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_going(self) -> bool:
        """Whether it was begun and not ended."""
        return bool(self._tasks)

    async def begin(self) -> None:
        """Do each work once, and go on in the background."""
        await asyncio.gather(*(_once(work) for work in self._works))
        self._tasks = [asyncio.create_task(self._repeat(work)) for work in self._works]

    async def end(self) -> None:
        """Stop; what is under way is cancelled."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _repeat(self, work: Work) -> None:
        while True:
            await asyncio.sleep(self._every)
            await _once(work)


async def _once(work: Work) -> None:
    try:
        await work()
    except Exception:  # noqa: BLE001 - one odd answer must not end the following for good
        _log.exception("following authsvc went wrong")
