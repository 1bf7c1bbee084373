"""The wheel carries everything: unpacked elsewhere it migrates and checks without the checkout."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from serving import environment

ROOT = Path(__file__).parents[2]
# The program, after it has said where it comes from.
PROGRAM = """
from authsvc.__main__ import main
from authsvc.core import migrations
print(migrations.__file__, migrations._config().get_main_option("script_location"))
main()
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, without a network, and unpack it."""
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = directory.glob("authsvc-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "site")
    return directory / "site"


def _files(directory: Path) -> set[str]:
    return {
        str(path.relative_to(directory))
        for path in directory.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def _environment(unpacked: Path) -> Mapping[str, str]:
    return {**environment(), "PYTHONPATH": str(unpacked)}


def test_it_carries_every_file_of_the_package_and_the_migrations(unpacked: Path) -> None:
    migrations = {f"migrations/{name}" for name in _files(ROOT / "alembic")}
    assert _files(unpacked / "authsvc") == _files(ROOT / "src" / "authsvc") | migrations
    assert {
        "migrations/env.py",
        "migrations/versions/0001_first_tables.py",
        "passwords/common_passwords.txt",
        "signin_page/login.html",
        "docs/swagger.html",
        "static/files/authsvc.js",
        "static/files/login.js",
        "py.typed",
    } <= _files(unpacked / "authsvc")


def test_it_carries_nothing_else_but_its_own_description(unpacked: Path) -> None:
    package, information = sorted(path.name for path in unpacked.iterdir())
    assert package == "authsvc"
    assert information.endswith(".dist-info")
    names = _files(unpacked / information)
    assert {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"} == names
    assert "authsvc = authsvc.__main__:main" in (
        unpacked / information / "entry_points.txt"
    ).read_text("utf-8")


def test_it_migrates_and_checks_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    def run(command: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, command],
            cwd=tmp_path,
            env=_environment(unpacked),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    for command, says in (
        ("migrate", "The schema is current.\n"),
        ("check", "ok     database: SQLite, schema current\n"),
    ):
        places, _, output = run(command).partition("\n")
        assert all(place.startswith(f"{unpacked}/") for place in places.split())
        assert says in output
