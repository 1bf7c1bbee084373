"""Slow and hostile clients on a real server in a hurry: nobody is waited for without an end."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from serving import Served, serving_cheaply

HOST = b"Host: localhost\r\n"
LIVE = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
PROFILE = b"GET /profile HTTP/1.1\r\n" + HOST + b"\r\n"
LOGIN = (
    b"POST /auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n"
)
# Refused for its type, before the body is read.
TYPELESS = LOGIN.replace(b"application/json", b"text/plain")
LARGE = b"GET /static/docs/redoc/redoc.standalone.js HTTP/1.1\r\n" + HOST + b"\r\n"
LARGE_FILE = Path("src/authsvc/static/files/docs/redoc/redoc.standalone.js")
# What is sent first, what is sent now and then from there on, and how the answer begins.
SLOW = {
    "silence": (b"", b"", b""),
    "the path": (b"GET /", b"a", b""),
    "blank lines": (b"", b"\r\n", b""),
    "headers": (b"GET /profile HTTP/1.1\r\n" + HOST, b"X-A: b\r\n", b""),
    "one header": (b"GET /profile HTTP/1.1\r\nX-A: ", b"a", b""),
    "no body": (LOGIN, b"", b"HTTP/1.1 408 "),
    "a body": (LOGIN, b" ", b"HTTP/1.1 408 "),
    "a body after the answer": (TYPELESS, b" ", b"HTTP/1.1 415 "),
    "idle": (LIVE, b"", b"HTTP/1.1 200 "),
    "blank lines after an answer": (LIVE, b"\r\n", b"HTTP/1.1 200 "),
}
# What `cheap_server.py` sets; seconds, with plenty to spare on a busy machine.
PLACES = 20
SOON = 8.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    directory = tmp_path_factory.mktemp("slow")
    with serving_cheaply(directory, "hurried", workers=1, log_format="json") as server:
        yield server
        assert "unexpected_error" not in server.said
        assert "Traceback" not in server.said


async def _trickle(port: int, begin: bytes, piece: bytes) -> tuple[bytes, float]:
    """Send pieces until the connection is closed; return what came, and after how long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began, received = time.monotonic(), b""
    try:
        writer.write(begin)
        while time.monotonic() - began < SOON:
            writer.write(piece)
            try:
                async with asyncio.timeout(0.1):
                    came = await reader.read(65_536)
            except TimeoutError:
                continue
            if not came:
                break
            received += came
    except ConnectionError:
        pass
    finally:
        writer.close()
    return received, time.monotonic() - began


async def test_whoever_takes_their_time_is_not_waited_for(server: Served) -> None:
    """All at once: each takes seconds."""
    said = await asyncio.gather(
        *(_trickle(server.port, begin, piece) for begin, piece, _ in SLOW.values())
    )
    for (name, (*_, start)), (received, seconds) in zip(SLOW.items(), said, strict=True):
        # What was not even a beginning may be told so.
        is_right = received.startswith(start or b"HTTP/1.1 400 ") or received == start
        assert is_right, f"{name}: {received[:300]!r}"
        assert 0.9 < seconds < SOON, f"{name}: {seconds}"
    late = said[list(SLOW).index("no body")][0]
    assert b"connection: close" in late.lower()
    assert b'/problems/request-timeout"' in late


def _open(server: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=SOON)


def test_a_client_that_does_not_read_is_not_waited_for(server: Served) -> None:
    count = 100
    with _open(server) as connection:
        connection.sendall(LARGE * count)
        time.sleep(2.5)
        received = 0
        try:
            while piece := connection.recv(1 << 20):
                received += len(piece)
        except ConnectionError:
            pass
    assert received < count * LARGE_FILE.stat().st_size / 2


def _ask(connection: socket.socket, request: bytes) -> tuple[int, bytes]:
    connection.sendall(request)
    received = b""
    while not received.rstrip().endswith(b"}"):
        piece = connection.recv(65_536)
        assert piece, received
        received += piece
    return int(received.split(b" ", 2)[1]), received.lower()


def test_a_connection_in_good_order_is_kept_and_ends_with_a_request_that_does_not(
    server: Served,
) -> None:
    with _open(server) as connection:
        # Longer than any one thing may take.
        for _ in range(5):
            assert _ask(connection, LIVE)[0] == 200
            time.sleep(0.5)
        connection.sendall(b"GET /")
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < SOON:
                connection.sendall(b"a")
                time.sleep(0.1)
        assert 0.9 < time.monotonic() - began < SOON


def test_beyond_the_places_the_answer_is_a_clear_503_until_there_is_room(server: Served) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(_open(server)) for _ in range(PLACES)]
        status, said = _ask(held[-1], PROFILE)
        # While half of the places are taken, nobody keeps theirs after an answer.
        assert (status, b"connection: close" in said) == (401, True)
        held += [stack.enter_context(_open(server)) for _ in range(2)]
        status, said = _ask(held[-1], PROFILE)
        assert status == 503
        assert b"\r\nretry-after: 1\r\n" in said
        assert b"\r\ncontent-type: application/problem+json\r\n" in said
        assert b'/problems/busy"' in said
        with _open(server) as probe:
            assert _ask(probe, LIVE)[0] == 200
        held += [stack.enter_context(_open(server)) for _ in range(PLACES)]
        with _open(server) as last:
            assert last.recv(1) == b""
    began = time.monotonic()
    while time.monotonic() - began < SOON:
        with _open(server) as connection:
            status, said = _ask(connection, PROFILE)
        if status == 401 and b"connection: close" not in said:
            return
        time.sleep(0.05)
    pytest.fail("there is still no room")
