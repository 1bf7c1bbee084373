"""Row 3: eight clients sign in without pause, and four others only want to see their profile."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from bench.bench import Bench, summaries
from bench.contenders.base import LOGGED_IN, Contender, in_turn
from bench.contenders.better_auth import BetterAuth
from bench.contenders.fastapi_users import FastapiUsers
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row, ratio
from bench.load import load
from bench.measured import Measured, median_p99, median_rate, noise

_READERS = 4
_STORM = 8
# Under a storm some peers answer a few times a second: twice as long, to have something to count.
_LONGER = 2
_CALM = Goal("its own p99 without the storm", 3, is_floor=False, unit="×")
_PEER = Goal("the throughput of fastapi-users in its storm", 200, is_floor=True, unit="×")


async def _measure(bench: Bench) -> Outcome:
    async with (
        Ours(bench.site).open() as ours,
        FastapiUsers(bench.site).open() as fastapi_users,
        BetterAuth(bench.site).open() as better_auth,
    ):
        runs: dict[str, Callable[[], Awaitable[Measured]]] = {}
        for contender in (ours, fastapi_users, better_auth):
            runs[f"{contender.name}, calm"] = partial(bench.profiles, contender, _READERS)
            runs[f"{contender.name}, storm"] = partial(_in_storm, bench, contender)
        results = await bench.in_rounds(runs)
    calm, storm = results["authsvc, calm"], results["authsvc, storm"]
    peers = {
        name: results[f"{name}, storm"] for name in ("authsvc", "fastapi-users", "better-auth")
    }
    findings = [
        Finding(
            _CALM,
            ratio(median_p99(storm), median_p99(calm)),
            {"calm": f"{median_p99(calm):.1f} ms", "storm": f"{median_p99(storm):.1f} ms"},
            [doubt for name, runs in results.items() for doubt in noise(name, runs)],
        ),
        Finding(
            _PEER,
            ratio(median_rate(storm), median_rate(peers["fastapi-users"])),
            {name: f"{median_rate(runs):,.1f}/s" for name, runs in peers.items()},
        ),
    ]
    return Outcome(findings, summaries(results))


async def _in_storm(bench: Bench, contender: Contender) -> Measured:
    seconds = bench.options.seconds * _LONGER
    readers = in_turn(contender.profiles, _READERS)
    storm = in_turn(contender.logins, _STORM)
    server = contender.server
    async with asyncio.TaskGroup() as group:
        # From before the readers are counted until after.
        group.create_task(
            load(server, storm, seconds=seconds + 0.5, warm_up=0.75, expected=LOGGED_IN)
        )
        reading = group.create_task(
            load(server, readers, seconds=seconds, warm_up=1, expected={200: contender.proof})
        )
    await contender.server.settle()
    return reading.result()


ROW = Row(
    number=3,
    title="GET /profile, 4 connections, while 8 clients sign in without pause",
    goals=(_CALM, _PEER),
    measure=_measure,
)
