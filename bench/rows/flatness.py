"""Row 6: whether a million users make anything slower than one."""

import statistics
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from bench.bench import Bench, summaries
from bench.connection import Step
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row, ratio
from bench.load import load
from bench.measured import Measured, doubts, median_rate
from bench.refreshes import REFRESHED, refreshing, sessions

_CONNECTIONS = 32
_REFRESHES = Goal("between the slowest and the fastest, refreshes", 20, is_floor=False, unit="%")
_LOOKUPS = Goal("between the slowest and the fastest, look-ups", 20, is_floor=False, unit="%")


async def _measure(bench: Bench) -> Outcome:
    async with AsyncExitStack() as stack:
        by_size: dict[str, Ours] = {}
        steps: dict[str, Sequence[Step]] = {}
        for users in bench.options.users:
            ours = Ours(bench.site, users, shown=_CONNECTIONS)
            await stack.enter_async_context(ours.open())
            by_size[f"{users:,} users"] = ours
            steps[f"{users:,} users"] = [
                refreshing(ours, token) for token in await sessions(ours, _CONNECTIONS)
            ]

        async def refresh(size: str) -> Measured:
            server = by_size[size].server
            run = await load(server, steps[size], seconds=bench.options.seconds, expected=REFRESHED)
            await server.settle()
            return run

        async def look_up(size: str) -> Any:  # noqa: ANN401 - JSON is anything
            ours = by_size[size]
            address = ours.site.postgres.address(ours.database)
            return await bench.solo("lookups", address, str(ours.users), str(bench.options.seconds))

        refreshes = await bench.in_rounds({size: partial(refresh, size) for size in by_size})
        lookups = await bench.in_rounds({size: partial(look_up, size) for size in by_size})
    lookup_rates = {
        size: statistics.median(run["rate"] for run in runs) for size, runs in lookups.items()
    }
    uncertain = [doubt for size, runs in refreshes.items() for doubt in doubts(size, runs)]
    findings = [
        _finding(_REFRESHES, {s: median_rate(r) for s, r in refreshes.items()}, uncertain),
        _finding(_LOOKUPS, lookup_rates, []),
    ]
    return Outcome(findings, {"refreshes": summaries(refreshes), "look-ups": lookups})


def _finding(goal: Goal, rates: Mapping[str, float], uncertain: Sequence[str]) -> Finding:
    spread = (1 - ratio(min(rates.values()), max(rates.values()))) * 100
    measured = {size: f"{rate:,.0f}/s" for size, rate in rates.items()}
    return Finding(goal, spread, measured, uncertain)


ROW = Row(
    number=6,
    title="Refreshing, and finding who signs in, by how many users there are",
    goals=(_REFRESHES, _LOOKUPS),
    measure=_measure,
)
