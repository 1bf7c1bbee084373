"""Row 8: from nothing to the first answer."""

import statistics

from bench.bench import Bench
from bench.contenders.base import Contender
from bench.contenders.better_auth import BetterAuth
from bench.contenders.fastapi_users import FastapiUsers
from bench.contenders.ours import Ours
from bench.findings import Finding, Goal, Outcome, Row

_FEWEST = 5
_GOAL = Goal("from `authsvc serve` to the first 200", 1, is_floor=False, unit="s")


async def _measure(bench: Bench) -> Outcome:
    kinds: tuple[type[Contender], ...] = (Ours, FastapiUsers, BetterAuth)
    times: dict[str, list[float]] = {}
    imports = [
        (await bench.solo("imports"))["seconds"] for _ in range(max(_FEWEST, bench.options.rounds))
    ]
    for kind in kinds:
        async with kind(bench.site, users=1).open() as contender:
            for _ in range(max(_FEWEST, bench.options.rounds)):
                contender.server.stop()
                contender.server = await contender.start()
                times.setdefault(contender.name, []).append(contender.server.started_in)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    measured = {
        "import": f"{statistics.median(imports):.2f} s",
        **{name: f"{taken:.2f} s" for name, taken in medians.items()},
    }
    finding = Finding(_GOAL, medians[Ours.name], measured)
    return Outcome([finding], {"import": imports, **times})


ROW = Row(number=8, title="Import and start, schema current", goals=(_GOAL,), measure=_measure)
