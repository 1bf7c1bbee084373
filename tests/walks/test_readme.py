"""The README's own lines, run as a newcomer runs them: bash and curl against a real server."""

import re
from pathlib import Path

import pytest

from serving import serving
from walking import walk

README = Path(__file__).parents[2] / "README.md"


def test_the_readmes_walk_does_what_it_says(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        walk(README, tmp_path, {"localhost:8000": f"127.0.0.1:{server.port}"})


@pytest.mark.parametrize("command", ("run", "test", "check", "migrate", "lock"))
def test_every_make_target_that_the_docs_name_exists(command: str) -> None:
    makefile = (README.parent / "Makefile").read_text("utf-8")
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)
