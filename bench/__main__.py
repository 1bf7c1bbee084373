"""`python -m bench`: measures the chosen rows, prints the table, and writes it."""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from authsvc import __version__
from bench import postgres, table
from bench.bench import Bench, Options
from bench.connection import WrongAnswers
from bench.contenders.base import INSTALLED, ROOT, Site
from bench.machine import Machine
from bench.rows import ROWS
from bench.server import NotStarted
from bench.table import Measurement


def main() -> None:
    """Measure. The exit status is 1 if a row could not be measured; an unmet goal is no error."""
    options = _options()
    # A thousand connections, and the servers inherit it.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    machine = Machine.divide()
    facts = {**machine.describe(), "authsvc": _revision(), "time": f"{datetime.now(UTC):%F %R} UTC"}
    with (
        tempfile.TemporaryDirectory(prefix="authsvc-bench-") as name,
        postgres.running(Path(name) / "pg") as server,
    ):
        # The servers' logs.
        work = Path(name) / "work"
        work.mkdir()
        facts["PostgreSQL"] = server.version
        bench = Bench(Site(machine, server, work), options)
        measurements = uvloop.run(_measure(bench))
    print(table.render(measurements))
    print("\n".join(table.remarks(measurements)))
    # Only a whole run replaces the committed result.
    is_whole = set(options.rows) == set(ROWS)
    target = ROOT / "bench" if is_whole else INSTALLED / "last"
    table.write(
        target,
        table.page(measurements, options, facts),
        table.as_json(measurements, options, facts),
    )
    print(f"\nWritten to {(target / 'RESULTS.md').relative_to(ROOT)}")
    sys.exit(any(measurement.error for measurement in measurements))


async def _measure(bench: Bench) -> Sequence[Measurement]:
    measurements = []
    for number in bench.options.rows:
        row = ROWS[number]
        print(f"row {number}: {row.title} …", file=sys.stderr, flush=True)
        try:
            measurements.append(Measurement(row, await row.measure(bench)))
        except* (WrongAnswers, NotStarted, RuntimeError, OSError) as faults:
            # One row's failure leaves the others to be measured.
            reason = "; ".join(str(fault) for fault in faults.exceptions)
            print(f"row {number}: {reason}", file=sys.stderr, flush=True)
            measurements.append(Measurement(row, None, reason))
    return measurements


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", default="", help="numbers, such as 1,3; all by default")
    parser.add_argument("--seconds", type=float, default=5, help="of each run (5)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each contender (3)")
    parser.add_argument("--soak", type=float, default=60, help="seconds of row 7's soak (60)")
    parser.add_argument(
        "--users", default="1,100000,1000000", help="sizes of row 6 (1,100000,1000000)"
    )
    given = parser.parse_args()
    rows = _numbers(given.rows) or sorted(ROWS)
    if unknown := set(rows) - set(ROWS):
        parser.error(f"there is no row {unknown}")
    return Options(rows, given.seconds, given.rounds, given.soak, _numbers(given.users))


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def _revision() -> str:
    answer = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{__version__} {answer.stdout.strip()}".strip()


if __name__ == "__main__":
    main()
