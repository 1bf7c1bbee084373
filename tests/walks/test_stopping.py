"""SIGTERM under load: whoever was heard is answered, by one process and by several."""

import asyncio
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from serving import Served, serving_cheaply

HAMMERS = 30
REQUEST = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def _hammer(port: int, counted: Counter[str], is_loaded: asyncio.Event) -> None:
    """Ask over one connection, again and again, until told that it was the last time."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        counted["refused"] += 1
        return
    try:
        while True:
            writer.write(REQUEST)
            counted["asked"] += 1
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(len(b'{"status":"ok"}'))
            assert head.startswith(b"http/1.1 200 ")
            counted["answered"] += 1
            if counted["answered"] == 20 * HAMMERS:
                is_loaded.set()
            if b"connection: close" in head:
                counted["told"] += 1
                return
    finally:
        writer.close()


async def _stop_under_load(server: Served) -> Counter[str]:
    counted: Counter[str] = Counter()
    is_loaded = asyncio.Event()
    hammering = asyncio.gather(*(_hammer(server.port, counted, is_loaded) for _ in range(HAMMERS)))
    await is_loaded.wait()
    server.process.send_signal(signal.SIGTERM)
    await hammering
    return counted


def _wait_until_it_stops(server: Served) -> None:
    while "Shutting down" not in server.said:
        time.sleep(0.01)


@pytest.mark.parametrize("workers", (1, 2))
async def test_no_request_that_was_heard_goes_without_an_answer(
    tmp_path: Path, workers: int
) -> None:

    with serving_cheaply(tmp_path, workers=workers) as server:
        counted = await _stop_under_load(server)
        assert server.process.wait(10) in {0, -signal.SIGTERM}
    assert counted["asked"] == counted["answered"]
    assert counted["told"] == HAMMERS
    assert server.said.count(" stopped ") == workers
    assert "Traceback" not in server.said


async def test_a_request_on_its_way_over_an_idle_connection_is_answered(tmp_path: Path) -> None:
    with serving_cheaply(tmp_path, workers=1) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(REQUEST)
        await reader.readuntil(b'{"status":"ok"}')
        server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(_wait_until_it_stops, server)
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close" in head.lower()
        await reader.readuntil(b'{"status":"ok"}')
        assert await reader.read() == b""
        writer.close()
        assert server.process.wait(10) in {0, -signal.SIGTERM}
