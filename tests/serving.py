"""Our own program as people run it: a real process on loopback, with an environment of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from factories import GENEROUS

PROGRAM = (sys.executable, "-m", "authsvc")
_CHEAP_SERVER = Path(__file__).with_name("cheap_server.py")
_START_WITHIN = 30.0
_END_WITHIN = 15.0


@dataclass(frozen=True)
class Served:
    """A running server: where it is, and what it has written to its terminal so far."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def origin(self) -> str:
        """Its address as clients spell it."""
        return f"http://localhost:{self.port}"

    @property
    def said(self) -> str:
        """All of standard output and standard error."""
        return self.log.read_text("utf-8")

    def end(self) -> int:
        """Ask it to stop, wait until it has, and return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_END_WITHIN)


def environment(**settings: str) -> Mapping[str, str]:
    """Return the machine's environment with these settings, named without prefix, and no others."""
    inherited = {name: value for name, value in os.environ.items() if "AUTHSVC_" not in name}
    return inherited | {f"AUTHSVC_{name.upper()}": value for name, value in settings.items()}


def inhabit(monkeypatch: pytest.MonkeyPatch, directory: Path, **settings: str) -> None:
    """Go to `directory`, with these settings, named without prefix, and no others."""
    monkeypatch.chdir(directory)
    for name in os.environ:
        if "AUTHSVC_" in name:
            monkeypatch.delenv(name)
    for name, value in settings.items():
        monkeypatch.setenv(f"AUTHSVC_{name.upper()}", value)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(directory: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    """Run `authsvc serve` in `directory` with further arguments, until the block ends.

    The public URL and a data directory are set unless `settings` say otherwise. They can also name
    a `port`, for a server that comes back to where it was.
    """
    port = int(settings.pop("port")) if "port" in settings else free_port()
    program: Sequence[str | Path] = [*PROGRAM, "serve", "--port", str(port), *arguments]
    with _running(program, directory, port, settings) as served:
        yield served


@contextmanager
def serving_cheaply(directory: Path, *how: str, workers: int, **settings: str) -> Iterator[Served]:
    """Run the same service with hashes that cost nothing and generous limits: for races.

    The database is migrated. `hurried`, it waits for nobody.
    """
    port = free_port()
    program: Sequence[str | Path] = [sys.executable, _CHEAP_SERVER, str(port), str(workers), *how]
    with _running(program, directory, port, {**GENEROUS, **settings}) as served:
        yield served


@contextmanager
def _running(
    program: Sequence[str | Path], directory: Path, port: int, settings: Mapping[str, str]
) -> Iterator[Served]:
    own = {"public_url": f"http://localhost:{port}", "data_dir": str(directory / "data")}
    log = directory / f"serve-{port}.log"
    with (
        log.open("ab") as output,
        subprocess.Popen(
            program,
            cwd=directory,
            env=environment(**own | dict(settings)),
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        served = Served(port, process, log)
        try:
            _wait_until_ready(served)
            yield served
        finally:
            if process.poll() is None:
                process.terminate()


def _wait_until_ready(served: Served) -> None:
    deadline = time.monotonic() + _START_WITHIN
    with httpx.Client(base_url=served.origin) as client:
        while time.monotonic() < deadline and served.process.poll() is None:
            try:
                client.get("/health/live")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError(f"the server did not start:\n{served.said}")
