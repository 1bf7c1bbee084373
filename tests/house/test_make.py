"""`make run` starts with access tokens of two minutes, unless somebody has said otherwise."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_TOLD_BY_OTHERS = re.compile(r".*AUTHSVC_|MFLAGS$|MAKE|VENV$|PYTHON$").match
TOLD = '#!/bin/sh\necho "$1 ${AUTHSVC_ACCESS_TOKEN_TTL-by itself}"\n'


@pytest.mark.parametrize(
    ("given", "file", "started"),
    (
        ({}, "", "serve 120"),
        ({}, "#AUTHSVC_ACCESS_TOKEN_TTL=900\nAUTHSVC_ACCESS_TOKEN_TTL=\n", "serve 120"),
        ({"AUTHSVC_ACCESS_TOKEN_TTL": "300"}, "", "serve 300"),
        ({}, "AUTHSVC_ACCESS_TOKEN_TTL=PT5M\n", "serve by itself"),
    ),
)
def test_run(tmp_path: Path, given: dict[str, str], file: str, started: str) -> None:
    program = tmp_path / ".venv/bin/authsvc"
    # In this order: what make would set up is newer than what it is made from.
    for name in ("pyproject.toml", "requirements/build.txt", "requirements/run.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    program.parent.mkdir(parents=True)
    program.write_text(TOLD)
    program.chmod(0o755)
    for name in (".uv", ".run"):
        (tmp_path / ".venv" / name).touch()
    (tmp_path / ".env").write_text(file)
    # Also without what a `make test` around these tests was told.
    inherited = {name: value for name, value in os.environ.items() if not _TOLD_BY_OTHERS(name)}
    ran = subprocess.run(
        ["make", "--no-print-directory", "-f", ROOT / "Makefile", "run"],
        cwd=tmp_path,
        env=inherited | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == f"{started}\n"
