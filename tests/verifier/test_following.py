"""What repeats in the background goes on, whatever happens to one run of it."""

import asyncio
import logging

import pytest

from authsvc.verifier.following import Following


async def test_one_odd_run_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[str] = []
    is_enough = asyncio.Event()

    async def odd() -> None:
        runs.append("odd")
        raise LookupError

    async def even() -> None:
        runs.append("even")
        if runs.count("odd") > 2 and runs.count("even") > 2:
            is_enough.set()

    following = Following([odd, even], every=0.001)
    await following.begin()
    # Each has been done once before the service begins.
    assert runs == ["odd", "even"]
    await asyncio.wait_for(is_enough.wait(), 5)
    await following.end()
    assert not following.is_going
    so_far = len(runs)
    await asyncio.sleep(0.02)
    assert len(runs) == so_far
    assert [record.levelno for record in caplog.records][:1] == [logging.ERROR]
