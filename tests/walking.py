"""Runs the walks that stand in our own pages, as their readers run them: with bash and curl."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path


def steps_of(page: Path) -> list[tuple[str, str]]:
    """Read a page's walk as pairs of a command and the output that stands below it."""
    block = re.search(r"<!-- walk.*?-->\n```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert block, f"{page} has lost its walk"
    steps: list[tuple[str, str]] = []
    for line in block[1].splitlines():
        if line.startswith("#> "):
            steps[-1] = (steps[-1][0], line[3:])
        elif line and not line.startswith("#"):
            steps.append((line, ""))
    return steps


def walk(page: Path, directory: Path, moved: Mapping[str, str]) -> None:
    """Run a page's walk in `directory`; every output must be as the page says.

    Args:
        page: The page.
        directory: Where files are written that the walk writes.
        moved: Addresses of the page, and where they are in truth.

    """
    steps = steps_of(page)
    script = "\n".join(f"{command}\necho; echo ---" for command, _ in steps)
    for written, actual in moved.items():
        script = script.replace(written, actual)
    output = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=directory,
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    ).stdout
    for written, actual in moved.items():
        output = output.replace(actual, written)
    for (command, expected), answer in zip(steps, output.split("---\n"), strict=False):
        pattern = ".*".join(re.escape(part) for part in expected.split("…"))
        assert re.fullmatch(pattern, answer.strip()), f"{command}\n{answer}"
