"""The benchmark runs when somebody wants it to: its rows are whole, and its load is strict.

What it measures is not measured here.
"""

import importlib
import os
from pathlib import Path

import pytest

from bench.answers import read_answer, request
from bench.bench import Options
from bench.connection import WrongAnswers
from bench.contenders.base import Site, in_turn
from bench.contenders.hello import Hello
from bench.load import load
from bench.machine import Machine
from bench.postgres import Postgres
from bench.rows import ROWS
from bench.table import Measurement, as_json, page

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "bench").rglob("*.py")
    if "peers" not in path.parts
)
# Whoever lowers a goal does it here as well.
LIMITS = {
    1: [5, 8],
    2: [0.33],
    3: [3, 200],
    4: [95],
    5: [1.5, 5],
    6: [20, 20],
    7: [164, 5],
    8: [1],
}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported(name: str) -> None:
    assert importlib.import_module(name).__doc__


def test_the_rows_have_their_goals_and_a_failed_row_does_not_count_as_met() -> None:
    assert {row.number: [goal.limit for goal in row.goals] for row in ROWS.values()} == LIMITS
    failed = [Measurement(row, None, "it\nbroke") for row in ROWS.values()]
    options = Options(list(ROWS), 1, 1, 1, [1])
    shown = page(failed, options, {"processor": "one"})
    assert shown.count("| **no** |") == sum(len(row.goals) for row in ROWS.values())
    assert "yes" not in shown
    assert '"error": "it\\nbroke"' in as_json(failed, options, {})


@pytest.mark.parametrize(
    ("data", "answer"),
    (
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", (200, b"ok")),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok", None),
        (b"HTTP/1.1 200 OK\r\ncontent-le", None),
        (b"HTTP/1.1 204 No Content\r\nx: y\r\n\r\n", (204, b"")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", None),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            (200, b"2\r\nok\r\n0\r\n\r\n"),
        ),
    ),
)
def test_answers_are_read_whole_or_not_at_all(
    data: bytes, answer: tuple[int, bytes] | None
) -> None:
    assert read_answer(data) == answer


async def test_wrong_answers_are_an_error_and_right_ones_a_number(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    site = Site(Machine(min(cores), frozenset(cores)), Postgres("", ""), tmp_path)
    hello = Hello(site)
    hello.server = await hello.start()
    try:
        await hello.fill()
        steps = in_turn(hello.profiles, 2)
        run = await load(hello.server, steps, seconds=0.2, warm_up=0, expected={200: b"hello"})
        assert run.rate > 100
        assert run.percentile(50) <= run.percentile(99) < 1000
        with pytest.raises(WrongAnswers, match="200"):
            await load(hello.server, steps, seconds=0.1, warm_up=0, expected={204: b""})
        with pytest.raises(WrongAnswers, match="hello"):
            await load(hello.server, steps, seconds=0.1, warm_up=0, expected={200: b"good day"})
        close = [lambda _body: request("GET", "/", headers={"Connection": "close"})]
        with pytest.raises(WrongAnswers, match="connection lost"):
            await load(hello.server, close, seconds=0.1, warm_up=0, expected={200: b""})
    finally:
        hello.server.stop()
