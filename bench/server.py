"""A server's process on the server's core: started, waited for, watched, stopped."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.answers import read_answer, request
from bench.machine import Machine

_START_WITHIN = 60.0
_STOP_WITHIN = 20.0
_SETTLE_WITHIN = 30.0
_STEP = 0.2
_POLL = 0.002
_IDLE = 0.05
_OK = 200
_SHOWN = 2000


class NotStarted(Exception):
    """A server did not come up. The message holds the end of its log."""


@dataclass(frozen=True)
class Launch:
    """How a server is started, and the request that it answers with 200 once it is up."""

    command: Sequence[str]
    environment: Mapping[str, str]
    ready: bytes
    directory: Path


class Server:
    """One running server."""

    def __init__(
        self, name: str, machine: Machine, port: int, process: subprocess.Popen[bytes]
    ) -> None:
        """Watch a process that listens on `port`, or will."""
        self.name = name
        self.machine = machine
        self.port = port
        self._process = process
        self.started_in = 0.0

    @classmethod
    async def start(cls, name: str, machine: Machine, port: int, launch: Launch) -> "Server":
        """Start a process on the server's core and wait for its first 200.

        Raises:
            NotStarted: If it ends, or has not answered within a minute.

        """
        log = launch.directory / f"{name}-{port}.log"
        environment = {n: v for n, v in os.environ.items() if not n.startswith("AUTHSVC_")}
        environment.update(launch.environment)
        with log.open("wb") as output, machine.on_server_core():
            began = perf_counter()
            process = subprocess.Popen(
                launch.command,
                cwd=launch.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        server = cls(name, machine, port, process)
        while not await _says_ok(port, launch.ready):
            if process.poll() is not None or perf_counter() - began > _START_WITHIN:
                server.stop()
                said = log.read_text("utf-8", "replace")[-_SHOWN:]
                raise NotStarted(f"{name} did not start:\n{said}")
            await asyncio.sleep(_POLL)
        server.started_in = perf_counter() - began
        return server

    def times(self) -> tuple[float, float, float]:
        """Return seconds worked so far: by the server, by its core, by the other cores."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        )
        user, system = int(fields[11]), int(fields[12])
        return (user + system) / os.sysconf("SC_CLK_TCK"), *self.machine.core_times()

    def resident(self, *, peak: bool = False) -> float:
        """Return the process's resident memory in MiB: now, or the most there has been."""
        wanted = "VmHWM:" if peak else "VmRSS:"
        for line in Path(f"/proc/{self._process.pid}/status").read_text("utf-8").splitlines():
            if line.startswith(wanted):
                return int(line.split()[1]) / 1024
        raise ProcessLookupError(f"{self.name} is gone")

    async def settle(self) -> None:
        """Wait until it has nothing left to do."""
        deadline = perf_counter() + _SETTLE_WITHIN
        before = self.times()[0]
        while perf_counter() < deadline:
            await asyncio.sleep(_STEP)
            now = self.times()[0]
            if (now - before) / _STEP <= _IDLE:
                return
            before = now

    def stop(self) -> None:
        """End the process, kindly first."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(path: str, host: str = "localhost") -> bytes:
    """Build the request that asks whether a server is up."""
    return request("GET", path, host=host, headers={"Connection": "close"})


async def _says_ok(port: int, ready: bytes) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(ready)
        answer = read_answer(await reader.read())
    except OSError:
        return False
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return answer is not None and answer[0] == _OK
