"""Row 1: who is signed in? The question that a service answers all day."""

from functools import partial

from bench.bench import Bench, summaries
from bench.contenders.better_auth import BetterAuth
from bench.contenders.fastapi_users import FastapiUsers
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row, ratio
from bench.measured import doubts, median_rate

_CONNECTIONS = 32
_GOALS = {
    FastapiUsers.name: Goal("the throughput of fastapi-users", 5, is_floor=True, unit="×"),
    BetterAuth.name: Goal("the throughput of better-auth", 8, is_floor=True, unit="×"),
}


async def _measure(bench: Bench) -> Outcome:
    async with (
        Ours(bench.site).open() as ours,
        FastapiUsers(bench.site).open() as fastapi_users,
        BetterAuth(bench.site).open() as better_auth,
    ):
        contenders = (ours, fastapi_users, better_auth)
        results = await bench.in_rounds(
            {c.name: partial(bench.profiles, c, _CONNECTIONS) for c in contenders}
        )
    rates = {name: median_rate(runs) for name, runs in results.items()}
    measured = {name: f"{rate:,.0f}/s" for name, rate in rates.items()}
    findings = [
        Finding(
            goal,
            ratio(rates[ours.name], rates[peer]),
            {name: measured[name] for name in (ours.name, peer)},
            [*doubts(ours.name, results[ours.name]), *doubts(peer, results[peer])],
        )
        for peer, goal in _GOALS.items()
    ]
    return Outcome(findings, summaries(results))


ROW = Row(
    number=1,
    title="GET /profile, 32 connections, 1,000 users",
    goals=tuple(_GOALS.values()),
    measure=_measure,
)
