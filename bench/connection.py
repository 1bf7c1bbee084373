"""One client of the load, and what all clients of a run count together."""

import asyncio
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import cast

from bench.answers import read_answer
from bench.measured import Measured

# Given the body of the answer before (b"" at first), the next request of one connection.
Step = Callable[[bytes], bytes]

_SHOWN = 300
_NEVER = float("inf")


class WrongAnswers(Exception):
    """The server did not do what is measured, so there is no measurement."""


class Tally:
    """What the connections of a run share."""

    def __init__(self, expected: Mapping[int, bytes]) -> None:
        """Take for right what has one of these statuses, and in its body what stands beside it."""
        self.expected = expected
        self.begins = self.ends = _NEVER
        self.is_over = False
        self.statuses: Counter[int] = Counter()
        self.latencies = array("d")
        self.stamps = array("d")
        self.wrong: list[str] = []

    def record(self, status: int, body: bytes, sent: float, now: float) -> None:
        """Count one answer."""
        proof = self.expected.get(status)
        if proof is None or proof not in body:
            self.wrong.append(f"{status} {body[:_SHOWN]!r}")
        if self.begins <= now < self.ends:
            self.statuses[status] += 1
            self.stamps.append(now)
        if self.begins <= sent < self.ends:
            self.latencies.append(now - sent)

    def measured(self, seconds: float, own: float, core: float, load_cores: float) -> Measured:
        """Return what was counted, and how busy everybody was meanwhile."""
        return Measured(
            seconds=seconds,
            statuses=dict(self.statuses),
            latencies=sorted(self.latencies),
            stamps=self.stamps,
            server_busy=own,
            server_core_busy=core,
            load_cores_busy=load_cores,
        )


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, tally: Tally, step: Step) -> None:
        """Send what `step` says, and count in `tally`."""
        self._tally = tally
        self._step = step
        self._pending = b""
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.is_waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take note of the connection."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, body: bytes = b"") -> None:
        """Send the next request."""
        if self._transport is None:
            raise WrongAnswers("a connection was lost before it was used")
        data = self._step(body)
        self.is_waiting = True
        self._sent = perf_counter()
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        """Count the answer once it is whole, and send the next request."""
        if self._pending:
            data = self._pending + data
        answer = read_answer(data)
        if answer is None:
            self._pending = data
            return
        self._pending = b""
        self.is_waiting = False
        tally = self._tally
        tally.record(*answer, self._sent, perf_counter())
        if tally.is_over or tally.wrong:
            # What this answer leads to begins the next run on this step.
            self._step(answer[1])
        else:
            self.send(answer[1])

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it as wrong, unless all is over and answered."""
        self._transport = None
        if self.is_waiting or not self._tally.is_over:
            self.is_waiting = False
            self._tally.wrong.append(f"connection lost: {exc or 'closed by the server'}")

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.abort()
