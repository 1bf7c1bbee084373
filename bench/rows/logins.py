"""Row 4: how much of the machine's hashing becomes logins."""

import statistics
from typing import Any

from authsvc.__main__ import LARGE_PAGES, TUNABLES
from bench.bench import Bench
from bench.contenders.base import LOGGED_IN, in_turn
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row, ratio
from bench.load import load
from bench.measured import Measured, doubts

_CLIENTS = 8
# A hash takes a tenth of a second: few are counted in a short time.
_LONGER = 2
_GOAL = Goal("of what the same Argon2 does in a bare loop", 95, is_floor=True, unit="%")


async def _measure(bench: Bench) -> Outcome:
    seconds = bench.options.seconds * _LONGER
    async with Ours(bench.site).open() as ours:

        async def sign_in() -> Measured:
            run = await load(
                ours.server,
                in_turn(ours.logins, _CLIENTS),
                seconds=seconds,
                warm_up=1,
                expected=LOGGED_IN,
            )
            await ours.server.settle()
            return run

        logins: list[Measured] = []
        loops: list[Any] = []
        large: list[Any] = []
        for _ in range(bench.options.rounds):
            loops.append(await bench.solo("argon2", str(seconds)))
            # As `authsvc serve` has it. The number stands beside the other, and no goal is measured
            # by it: whoever writes a bare loop has no such thing.
            large.append(await bench.solo("argon2", str(seconds), **{TUNABLES: LARGE_PAGES}))
            logins.append(await sign_in())
    paces = [run.pace for run in logins]
    bare = [loop["rate"] for loop in loops]
    in_large = [loop["rate"] for loop in large]
    finding = Finding(
        _GOAL,
        ratio(statistics.median(paces), statistics.median(bare)) * 100,
        {
            "logins": f"{statistics.median(paces):.2f}/s",
            "bare loop": f"{statistics.median(bare):.2f}/s",
            "in large pages": f"{statistics.median(in_large):.2f}/s",
        },
        doubts(ours.name, logins),
    )
    runs = {"logins": [run.summary() for run in logins], "bare": loops, "in large pages": large}
    return Outcome([finding], runs)


ROW = Row(number=4, title="POST /auth/login, 8 clients", goals=(_GOAL,), measure=_measure)
