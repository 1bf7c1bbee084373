"""The table, for the terminal and as a page; and every run behind it as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bench import Options
from bench.findings import Finding, Outcome, Row

_HEAD = ("#", "row", "measured", "result", "goal", "met")
_LONGEST_ERROR = 100
_PAGE = """# Results

Written by `make bench`; [README.md](README.md) says what is measured, how, and why it is fair. \
Every single run is in [results.json](results.json).

{facts}

{table}
{remarks}"""


@dataclass(frozen=True)
class Measurement:
    """A row and what came of it: an outcome, or the error that there was instead."""

    row: Row
    outcome: Outcome | None
    error: str = ""

    @property
    def findings(self) -> Sequence[Finding]:
        """One finding for each goal, also where there was an error."""
        if self.outcome is not None:
            return self.outcome.findings
        return [Finding(goal, None, {"error:": _cut(self.error)}) for goal in self.row.goals]


def render(measurements: Sequence[Measurement]) -> str:
    """Return the table, aligned, in Markdown."""
    lines = [_HEAD, *(_cells(m, n, f) for m in measurements for n, f in enumerate(m.findings))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    rendered = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rendered.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(rendered)


def _cells(measurement: Measurement, index: int, finding: Finding) -> tuple[str, ...]:
    row = measurement.row
    measured = " · ".join(f"{name} {value}" for name, value in finding.measured.items())
    result = "–" if finding.result is None else f"{_short(finding.result)} {finding.goal.unit}"
    goal = f"{finding.goal.text} {finding.goal.what}"
    is_first = index == 0
    return (
        str(row.number) if is_first else "",
        row.title if is_first else "",
        measured.replace("|", "/").replace("\n", " "),
        result,
        goal,
        "yes" if finding.is_met else "**no**",
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_ERROR else text[:_LONGEST_ERROR] + "…"


def _short(number: float) -> str:
    """Three digits, or as many as there are before the point."""
    size = abs(number)
    places = 0 if size >= 100 else 1 if size >= 10 else 2  # noqa: PLR2004 - digits
    return f"{number:,.{places}f}"


def remarks(measurements: Sequence[Measurement]) -> Sequence[str]:
    """Return what a reader should know before they believe a row."""
    found = {
        f"- Row {m.row.number}: {doubt}."
        for m in measurements
        for f in m.findings
        for doubt in f.doubts
    }
    return sorted(found)


def page(measurements: Sequence[Measurement], options: Options, facts: Mapping[str, str]) -> str:
    """Return the page that is committed."""
    told = {
        **facts,
        "each run": f"{options.seconds:g} s, {options.rounds} rounds in turn, medians of them",
        "soak": f"{options.soak:g} s",
    }
    doubted = remarks(measurements)
    return _PAGE.format(
        facts="\n".join(f"- {name}: {value}" for name, value in told.items()),
        table=render(measurements),
        remarks="\n" + "\n".join(doubted) + "\n" if doubted else "",
    )


def as_json(measurements: Sequence[Measurement], options: Options, facts: Mapping[str, str]) -> str:
    """Return everything that was measured."""
    rows: list[Mapping[str, Any]] = [
        {
            "row": m.row.number,
            "title": m.row.title,
            "error": m.error,
            "findings": [
                {
                    "goal": f"{f.goal.text} {f.goal.what}",
                    "result": f.result,
                    "is_met": f.is_met,
                    "measured": f.measured,
                    "doubts": list(f.doubts),
                }
                for f in m.findings
            ],
            "runs": m.outcome.runs if m.outcome else {},
        }
        for m in measurements
    ]
    everything = {"machine": facts, "options": vars(options), "rows": rows}
    return json.dumps(everything, indent=1, ensure_ascii=False, default=str) + "\n"


def write(directory: Path, text: str, raw: str) -> None:
    """Write the page and the runs."""
    directory.mkdir(exist_ok=True)
    (directory / "RESULTS.md").write_text(text, "utf-8")
    (directory / "results.json").write_text(raw, "utf-8")
