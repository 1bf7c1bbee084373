"""Row 7: memory, at rest, after work, in a storm of a thousand clients, and over a long time."""

import asyncio
import statistics
from collections.abc import Sequence

from bench.bench import Bench
from bench.contenders.base import in_turn
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row
from bench.load import load
from bench.refreshes import refreshing, sessions
from bench.server import Server

_REQUESTS = 100_000
_AT_ONCE = 1000
_SAMPLE = 0.5
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
            # Those who find the queue full are told so, at once.
            expected=(200, 503),
        )
        peak = ours.server.resident(peak=True)
        await ours.server.settle()
        samples = await _soaked(bench, ours)
    quarter = max(1, len(samples) // 4)
    growth = statistics.mean(samples[-quarter:]) - statistics.mean(samples[quarter : 2 * quarter])
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
            growth,
            {
                f"start of {bench.options.soak:.0f} s": f"{samples[0]:.0f} MiB",
                "end": f"{samples[-1]:.0f} MiB",
            },
        ),
    ]
    return Outcome(findings, {"storm": storm.summary(), "soak, MiB": samples})


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
    async with asyncio.TaskGroup() as group:
        for steps in (in_turn(ours.profiles, 8), refreshers, in_turn(ours.logins, 2)):
            group.create_task(load(ours.server, steps, seconds=seconds))
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
