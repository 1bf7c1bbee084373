"""Row 7: memory, at rest, after work, in a storm of a thousand clients, and over a long time."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

from bench.bench import Bench
from bench.contenders.base import LOGGED_IN, in_turn
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row
from bench.load import load
from bench.refreshes import REFRESHED, refreshing, sessions
from bench.server import Server

_REQUESTS = 100_000
_AT_ONCE = 1000
_SAMPLE = 0.05
_KEPT = 400
# The server has one core, and so hashes one password at a time: 64 MiB, and 100 for the rest.
_STORM = Goal("above idle, with 1,000 clients signing in at once", 164, is_floor=False, unit="MiB")
_SOAK = Goal("more in the soak's last quarter than in its second", 5, is_floor=False, unit="MiB")


async def _measure(bench: Bench) -> Outcome:
    async with Ours(bench.site).open() as ours:
        # As it is after a start: what set-up has used is not counted.
        ours.server.stop()
        ours.server = await ours.start()
        await asyncio.sleep(2)
        idle = ours.server.resident()
        asked = await _asked(bench, ours)
        after_work = ours.server.resident()
        storm = await load(
            ours.server,
            in_turn(ours.logins, _AT_ONCE),
            seconds=max(5, bench.options.seconds),
            # Those who find the queue full are told so.
            expected={**LOGGED_IN, 503: b"/problems/busy"},
        )
        peak = ours.server.resident(peak=True)
        await ours.server.settle()
        samples = await _soaked(bench, ours)
    quarters = _quarters(samples)
    answered = ", ".join(f"{count:,} × {status}" for status, count in storm.statuses.items())
    findings = [
        Finding(
            _STORM,
            peak - idle,
            {
                "idle": f"{idle:.0f} MiB",
                f"after {asked:,} requests": f"{after_work:.0f} MiB",
                f"peak in the storm ({answered})": f"{peak:.0f} MiB",
            },
        ),
        Finding(
            _SOAK,
            quarters[3] - quarters[1],
            {
                f"soak of {bench.options.soak:.0f} s, least in each quarter": ", ".join(
                    f"{least:.0f}" for least in quarters
                )
                + " MiB"
            },
        ),
    ]
    kept = samples[:: max(1, len(samples) // _KEPT)]
    return Outcome(findings, {"storm": storm.summary(), "soak, MiB": kept})


def _quarters(samples: Sequence[float]) -> Sequence[float]:
    """Return the least of each quarter: what comes and goes with each hash is left out."""
    ends = [len(samples) * n // 4 for n in range(5)]
    return [min(samples[a:b], default=0.0) for a, b in pairwise(ends)]


async def _asked(bench: Bench, ours: Ours) -> int:
    """Ask for profiles, 10⁵ times and a little more; return how often."""
    asked = 0
    while asked < _REQUESTS:
        run = await bench.profiles(ours, 32, seconds=2)
        asked += len(run.latencies)
    return asked


async def _soaked(bench: Bench, ours: Ours) -> Sequence[float]:
    """Let all kinds of clients go on for long; return the memory meanwhile, in MiB."""
    seconds = bench.options.soak
    refreshers = [refreshing(ours, token) for token in await sessions(ours, 4)]
    samples: list[float] = []
    watching = asyncio.create_task(_watch(ours.server, samples))
    clients = (
        (in_turn(ours.profiles, 8), {200: ours.proof}),
        (refreshers, REFRESHED),
        (in_turn(ours.logins, 2), LOGGED_IN),
    )
    async with asyncio.TaskGroup() as group:
        for steps, expected in clients:
            group.create_task(load(ours.server, steps, seconds=seconds, expected=expected))
    watching.cancel()
    return samples


async def _watch(server: Server, samples: list[float]) -> None:
    while True:
        samples.append(server.resident())
        await asyncio.sleep(_SAMPLE)


ROW = Row(
    number=7,
    title="Resident memory",
    goals=(_STORM, _SOAK),
    measure=_measure,
)
