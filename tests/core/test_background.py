"""Jobs beside the requests: repeated, never ended by a failure, and gone with the application."""

import asyncio

import pytest

from authsvc.core.background import Job, running
from authsvc.core.errors import Unavailable


class Work:
    """A job that fails on its first runs, and says when it has run so often."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.runs = 0
        self.is_done = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        if self._failures:
            raise self._failures.pop(0)
        self.is_done.set()


async def test_a_job_is_repeated_and_outlives_its_failures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = Work(ValueError("odd"), Unavailable())
    async with running([Job("work", 0, work)]):
        await asyncio.wait_for(work.is_done.wait(), 10)
    assert work.runs >= 3
    said = capsys.readouterr().err
    assert said.count('"job_failed"') == 1
    assert '"job":"work"' in said


async def test_a_run_under_way_is_cancelled_at_the_end() -> None:
    began, was_cancelled = asyncio.Event(), False

    async def hang() -> None:
        nonlocal was_cancelled
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_cancelled = True
            raise

    async with running([Job("hang", 0, hang)]):
        await asyncio.wait_for(began.wait(), 10)
    assert was_cancelled
