"""The load: keep-alive connections that send the next request when the last answer is there.

Every answer's status and proof are checked. One wrong answer, one lost connection or one request
without an answer makes the run an error, not a number.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import partial
from time import perf_counter

from bench.connection import Connection, Step, Tally, WrongAnswers
from bench.measured import Measured
from bench.server import Server

_DRAIN = 60.0


async def load(
    server: Server,
    steps: Sequence[Step],
    *,
    seconds: float,
    warm_up: float = 0.5,
    expected: Mapping[int, bytes],
    stays_awake: bool = False,
) -> Measured:
    """Load a server with one connection for each of `steps`.

    Args:
        server: Who is measured.
        steps: What each connection sends.
        seconds: How long to count.
        warm_up: How long to go on before that.
        expected: The statuses that are right, each with what the body must contain.
        stays_awake: Never sleep for an answer. Waking a client over the loopback is work for the
            server's core, and for fast answers a fifth of it all; a network would do it elsewhere.
            Only where nothing but the load needs its core.

    Raises:
        WrongAnswers: If an answer is wrong or missing.

    """
    tally = Tally(expected)
    async with _connected(server.port, tally, steps) as connections:
        with _no_collector(), _awake() if stays_awake else nullcontext():
            for connection in connections:
                connection.send()
            await asyncio.sleep(warm_up)
            before = server.times()
            tally.begins = perf_counter()
            tally.ends = tally.begins + seconds
            await asyncio.sleep(seconds)
            after = server.times()
            took = perf_counter() - tally.begins
        tally.is_over = True
        await _drained(connections, tally)
    if tally.wrong:
        raise WrongAnswers(f"{server.name}: {len(tally.wrong)} wrong, the first: {tally.wrong[0]}")
    own, core, load_cores = ((b - a) / took for a, b in zip(before, after, strict=True))
    return tally.measured(seconds, own, core, load_cores / len(server.machine.load_cores))


@asynccontextmanager
async def _connected(
    port: int, tally: Tally, steps: Sequence[Step]
) -> AsyncIterator[Sequence[Connection]]:
    loop = asyncio.get_running_loop()
    connections = []
    try:
        for step in steps:
            client = partial(Connection, tally, step)
            _, connection = await loop.create_connection(client, "127.0.0.1", port)
            connections.append(connection)
        yield connections
    finally:
        tally.is_over = True
        for connection in connections:
            connection.close()


async def _drained(connections: Sequence[Connection], tally: Tally) -> None:
    """Wait for what is on its way."""
    deadline = perf_counter() + _DRAIN
    while any(connection.is_waiting for connection in connections):
        if perf_counter() > deadline:
            missing = sum(connection.is_waiting for connection in connections)
            tally.wrong.append(f"{missing} requests without an answer after {_DRAIN:.0f} s")
            return
        await asyncio.sleep(0.01)


@contextmanager
def _awake() -> Iterator[None]:
    """Keep the event loop from sleeping."""
    loop = asyncio.get_running_loop()
    turn: asyncio.Handle | None = None

    def again() -> None:
        nonlocal turn
        turn = loop.call_soon(again)

    again()
    try:
        yield
    finally:
        assert turn is not None  # noqa: S101 - for the type checker
        turn.cancel()


@contextmanager
def _no_collector() -> Iterator[None]:
    """Keep the collector's pauses of this process out of the latencies."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
