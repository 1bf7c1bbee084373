"""The parent of the workers: gives up where none can start, and never once one has served."""

import socket
import time
from collections.abc import Iterator

import pytest
from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE

from authsvc.cli import supervisor as module
from authsvc.cli.supervisor import Supervisor

# What multiprocessing says where the interpreter itself may not be run.
NOT_EXECUTED = 255


class Worker:
    """What the supervisor sees of a process: one that serves, or one that ended with a status."""

    def __init__(self, pid: int, ended: int | None) -> None:
        self.pid = pid
        self.exitcode = ended
        self.process = self
        self.was_killed = False

    def is_alive(self) -> bool:
        return self.exitcode is None

    def is_ready(self, _timeout: float) -> bool:
        return self.is_alive()

    def kill(self) -> None:
        self.was_killed = True

    def join(self) -> None:
        """Nothing is left to wait for."""

    def start(self) -> None:
        """It is there already."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
    """Collect the workers that the supervisor starts in the place of others."""
    made: list[Worker] = []

    def make(_config: Config, _sockets: list[socket.socket]) -> Worker:
        made.append(Worker(100 + len(made), None))
        return made[-1]

    monkeypatch.setattr(module, "Process", make)
    return made


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor(Config("authsvc.boot:application", workers=2, log_config=None), [])
    yield supervisor
    supervisor.should_exit.set()


def _watch(supervisor: Supervisor, *workers: Worker) -> None:
    supervisor.processes = [*workers]  # type: ignore[list-item]
    supervisor.keep_subprocess_alive()


@pytest.mark.parametrize("status", (STARTUP_FAILURE, 1, NOT_EXECUTED))
def test_where_no_worker_has_ever_served_it_gives_up(
    supervisor: Supervisor, started: list[Worker], status: int
) -> None:
    _watch(supervisor, Worker(1, status), Worker(2, status))
    assert supervisor.is_hopeless
    assert supervisor.should_exit.is_set()
    assert started == []


def test_once_one_has_served_a_worker_that_cannot_start_is_tried_again(
    supervisor: Supervisor, started: list[Worker]
) -> None:
    _watch(supervisor, Worker(1, None), Worker(2, STARTUP_FAILURE))
    assert not supervisor.is_hopeless
    assert not supervisor.should_exit.is_set()
    assert [process.pid for process in supervisor.processes] == [1, 100]


@pytest.mark.parametrize("status", (STARTUP_FAILURE, 1, NOT_EXECUTED))
def test_one_that_still_cannot_start_is_not_tried_all_the_time(
    supervisor: Supervisor, started: list[Worker], monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    _watch(supervisor, Worker(1, None), Worker(2, status))
    tries = []
    for _ in range(20):
        started[-1].exitcode = status
        now += 0.5
        supervisor.keep_subprocess_alive()
        tries.append(len(started))
    # At once, then every three seconds: of ten, after 3, 6 and 9.
    assert tries == [1] * 5 + [2] * 6 + [3] * 6 + [4] * 3
    # One that was killed is replaced at once, however young it is.
    started[-1].exitcode = -9
    supervisor.keep_subprocess_alive()
    assert len(started) == 5


def test_one_that_was_killed_is_replaced_also_before_any_has_served(
    supervisor: Supervisor, started: list[Worker]
) -> None:
    _watch(supervisor, Worker(1, -9), Worker(2, None))
    assert not supervisor.is_hopeless
    assert [process.pid for process in supervisor.processes] == [100, 2]
