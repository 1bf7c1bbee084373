"""Row 5: what checking a token costs, in process."""

import statistics

from bench.bench import Bench
from bench.findings import Finding, Goal, Outcome, Row, ratio

_FIRST = Goal("the raw ECDSA verification, for a new token", 1.5, is_floor=False, unit="×")
_AGAIN = Goal("for a token that was seen before", 5, is_floor=False, unit="µs")


async def _measure(bench: Bench) -> Outcome:
    runs = [await bench.solo("tokens") for _ in range(bench.options.rounds)]
    raw, first, again = (
        statistics.median(run[name] for run in runs) for name in ("raw", "first", "again")
    )
    findings = [
        Finding(
            _FIRST, ratio(first, raw), {"raw": f"{raw:.1f} µs", "new token": f"{first:.1f} µs"}
        ),
        Finding(_AGAIN, again, {"seen before": f"{again:.2f} µs"}),
    ]
    return Outcome(findings, {"microseconds": runs})


ROW = Row(number=5, title="Verifying a token (ES256)", goals=(_FIRST, _AGAIN), measure=_measure)
