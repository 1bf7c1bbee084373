"""Keeps the worker processes of `authsvc serve --workers` going, whatever happens to them.

The base class ends the whole service where one worker cannot start. That is right at first, and
wrong later: a worker is killed, the database is away while the next one starts, and all are gone.
"""

import logging
import socket
import time

from uvicorn import Config
from uvicorn.supervisors.multiprocess import Multiprocess, Process

_log = logging.getLogger("uvicorn.error")

# Seconds for one sign of life. A worker that gives none for much longer is replaced; starting one
# on a busy machine takes its time, too.
_ANSWER_WITHIN = 1.0
_LIFE_WITHIN = 60.0
# What keeps a worker from starting is rarely over at once, and starting takes a second of a core.
_TRY_EVERY = 3.0


class Supervisor(Multiprocess):
    """The parent of the workers.

    Attributes:
        is_hopeless: Whether it has stopped because a worker could not start, and none ever had.
    """

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        """Have `config.workers` processes listen on `sockets`."""
        super().__init__(config, sockets)
        self.is_hopeless = False
        self._has_served = False
        self._seen_at: dict[int | None, float] = {}
        self._started_at: dict[int, float] = {}

    def keep_subprocess_alive(self) -> None:
        """Replace the workers that have ended or hang."""
        for index, process in enumerate(self.processes):
            if self._is_well(process):
                continue
            process.kill()
            process.join()
            self._seen_at.pop(process.pid, None)
            # By itself, with an error: not even the interpreter may have started. Who is killed has
            # a negative status.
            if (process.exitcode or 0) > 0:
                if not self._has_served:
                    self.is_hopeless = True
                    self.should_exit.set()
                    return
                if time.monotonic() - self._started_at.get(index, float("-inf")) < _TRY_EVERY:
                    continue
            _log.info(f"Child process [{process.pid}] died")
            self._started_at[index] = time.monotonic()
            self.processes[index] = Process(self.config, self.sockets)
            self.processes[index].start()

    def _is_well(self, process: Process) -> bool:
        if not process.process.is_alive():
            return False
        seen_at = self._seen_at.setdefault(process.pid, time.monotonic())
        if process.is_ready(_ANSWER_WITHIN):
            self._has_served = True
        elif not process.ping(_ANSWER_WITHIN):
            return time.monotonic() - seen_at < _LIFE_WITHIN
        self._seen_at[process.pid] = time.monotonic()
        return True
