"""Commands as they are typed at a terminal, run in this process: what they print, how they end."""

import re
from typing import NamedTuple

from typer.testing import CliRunner

from authsvc.cli.main import cli
from standard_error import log_as_json


class Ended(NamedTuple):
    """A command that has ended."""

    status: int
    out: str
    err: str


def authsvc(*arguments: str, stdin: str = "") -> Ended:
    """Run `authsvc` with these arguments. An exception that nobody expected is the test's too."""
    result = CliRunner().invoke(cli, arguments, input=stdin, catch_exceptions=False)
    # The command's log went to a standard error of its own, which is closed by now.
    log_as_json()
    return Ended(result.exit_code, _plain(result.stdout), _plain(result.stderr))


def _plain(text: str) -> str:
    """Take colours out: in some surroundings help is coloured even without a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
