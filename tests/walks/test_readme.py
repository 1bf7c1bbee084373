"""The README's own lines, run as a newcomer runs them: bash and curl against a real server."""

import re
import subprocess
from pathlib import Path

import pytest

from serving import serving

README = Path(__file__).parents[2] / "README.md"


def _steps() -> list[tuple[str, str]]:
    """Read the walk as pairs of a command and the output that stands below it."""
    block = re.search(r"<!-- walk.*?-->\n```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert block, "the README has lost its walk"
    steps: list[tuple[str, str]] = []
    for line in block[1].splitlines():
        if line.startswith("#> "):
            steps[-1] = (steps[-1][0], line[3:])
        elif line and not line.startswith("#"):
            steps.append((line, ""))
    return steps


def test_the_readmes_walk_does_what_it_says(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        script = "\n".join(f"{command}\necho; echo ---" for command, _ in _steps())
        script = script.replace("localhost:8000", f"127.0.0.1:{server.port}")
        outputs = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout.split("---\n")
    for (command, expected), output in zip(_steps(), outputs, strict=False):
        pattern = ".*".join(re.escape(part) for part in expected.split("…"))
        assert re.fullmatch(pattern, output.strip()), f"{command}\n{output}"


@pytest.mark.parametrize("command", ("run", "test", "check", "migrate", "lock"))
def test_every_make_target_that_the_docs_name_exists(command: str) -> None:
    makefile = (README.parent / "Makefile").read_text("utf-8")
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)
