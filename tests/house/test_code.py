"""The rules of the house that a reader of one diff would not notice being broken."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
EVERYTHING = [
    *SOURCES,
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted((ROOT / "bench").rglob("*.py")),
]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("path", EVERYTHING, ids=_name)
def test_files_and_functions_fit_on_a_screen_or_two(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 200
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 45, node.name


@pytest.mark.parametrize("path", EVERYTHING, ids=_name)
def test_every_module_says_what_lives_in_it(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_only_the_database_commits() -> None:
    committers = {
        _name(path) for path in SOURCES if any(c.endswith(".commit") for c in _calls(path))
    }
    assert committers == {"src/authsvc/core/database.py"}


def test_only_the_clock_reads_the_time() -> None:
    readers = {
        _name(path)
        for path in SOURCES
        if _calls(path) & {"datetime.now", "datetime.utcnow", "time.time", "datetime.today"}
    }
    assert readers == {"src/authsvc/core/clock.py"}


def test_nothing_weak_makes_secrets() -> None:
    for path in SOURCES:
        text = path.read_text("utf-8")
        assert not re.search(r"^(import|from) random\b", text, re.MULTILINE), path
        assert not re.search(r"\b(md5|sha1)\b", text), path


def test_nothing_is_left_for_later() -> None:
    for path in SOURCES:
        assert not re.search(r"NotImplementedError|TODO|FIXME|XXX", path.read_text("utf-8")), path
