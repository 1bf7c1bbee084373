"""Row 2: forward-auth beside a server that does nothing at all."""

from functools import partial

from bench.bench import Bench, summaries
from bench.contenders.base import in_turn
from bench.contenders.hello import Hello
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row, ratio
from bench.load import load
from bench.measured import doubts, median_rate

_CONNECTIONS = 32
_GOAL = Goal("the bare uvicorn's throughput", 0.33, is_floor=True, unit="×")


async def _measure(bench: Bench) -> Outcome:
    async with Ours(bench.site).open() as ours, Hello(bench.site).open() as hello:
        # No database has a part in this, so the load has its core for itself.
        run = partial(load, seconds=bench.options.seconds, stays_awake=True)
        steps = in_turn([ours.get("/auth/verify", token) for token in ours.tokens], _CONNECTIONS)
        same = in_turn(hello.profiles, _CONNECTIONS)
        results = await bench.in_rounds(
            {
                ours.name: partial(run, ours.server, steps, expected={204: b""}),
                hello.name: partial(run, hello.server, same, expected={200: hello.proof}),
            }
        )
    rates = {name: median_rate(runs) for name, runs in results.items()}
    finding = Finding(
        _GOAL,
        ratio(rates[ours.name], rates[hello.name]),
        {name: f"{rate:,.0f}/s" for name, rate in rates.items()},
        [doubt for name, runs in results.items() for doubt in doubts(name, runs)],
    )
    return Outcome([finding], summaries(results))


ROW = Row(
    number=2,
    title="GET /auth/verify, 32 connections, 1,000 users",
    goals=(_GOAL,),
    measure=_measure,
)
