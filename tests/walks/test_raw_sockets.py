"""What no client library sends, over a raw socket: refused or closed, and the process lives on."""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from serving import Served, serving

HOST = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
MEGABYTE = 1 << 20


def _get(*lines: bytes, path: bytes = b"/profile", version: bytes = b"HTTP/1.1") -> bytes:
    return b"GET " + path + b" " + version + b"\r\n" + b"".join(lines) + b"\r\n"


def _post(*lines: bytes, body: bytes = b"") -> bytes:
    start = b"POST /auth/login HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    return start + b"".join(lines) + b"\r\n" + body


SMUGGLED = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"
REFUSED: Mapping[str, bytes] = {
    "length and chunks": _post(b"Content-Length: 4\r\n", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED),
    "two lengths": _post(b"Content-Length: 2\r\nContent-Length: 3\r\n", body=b"{} "),
    "the same length twice": _post(b"Content-Length: 2\r\nContent-Length: 2\r\n", body=b"{}"),
    "signed length": _post(b"Content-Length: +2\r\n", body=b"{}"),
    "negative length": _post(b"Content-Length: -2\r\n", body=b"{}"),
    "length in hex": _post(b"Content-Length: 0x2\r\n", body=b"{}"),
    "list of lengths": _post(b"Content-Length: 2, 2\r\n", body=b"{}"),
    "length beyond 64 bits": _post(b"Content-Length: 99999999999999999999\r\n"),
    "identity after chunks": _post(b"Transfer-Encoding: chunked, identity\r\n", body=b"0\r\n\r\n"),
    "an unknown encoding": _post(b"Transfer-Encoding: xchunked\r\n", body=b"0\r\n\r\n"),
    "a chunk of no size": _post(CHUNKED, body=b"zz\r\n{}\r\n0\r\n\r\n"),
    "a negative chunk": _post(CHUNKED, body=b"-2\r\n{}\r\n0\r\n\r\n"),
    "a chunk beyond 64 bits": _post(CHUNKED, body=b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
    "a folded line": _get(HOST, b"X-A: b\r\n c\r\n"),
    "CR in a value": _get(HOST, b"X-A: b\rX-B: c\r\n"),
    "LF in a value": _get(HOST, b"X-A: b\nX-B: c\r\n"),
    "bare LF everywhere": b"GET /profile HTTP/1.1\nHost: localhost\n\n",
    "NUL in a value": _get(HOST, b"X-A: b\x00c\r\n"),
    "NUL in a name": _get(HOST, b"X\x00A: b\r\n"),
    "a space before the colon": _get(HOST, b"X-A : b\r\n"),
    "a line without a colon": _get(HOST, b"X-A\r\n"),
    "a method with DEL": b"GE\x7fT /profile HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method nobody has": b"BREW /profile HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method in lower case": b"get /profile HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/2's preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown version": _get(HOST, version=b"HTTP/9.9"),
    "0xFF in the path": _get(HOST, path=b"/\xff\xfe"),
    "0xFF in every header": _get(
        HOST, CLOSE, b"Authorization: Bearer \xff\xfe\r\nUser-Agent: \xff\r\nCookie: \xff=\xfe\r\n"
    ),
    "escapes in the path": _get(HOST, CLOSE, path=b"/%00%0d%0a%ff%2e%2e%2f"),
    "an address without a path": _get(HOST, path=b"http://evil.example"),
    "the tracing method": b"TRACE /profile HTTP/1.1\r\n" + HOST + CLOSE + b"\r\n",
    "20 KiB of headers": _get(HOST, CLOSE, b"X-A: " + b"a" * 20_480 + b"\r\n"),
    "5000 headers": _get(HOST, CLOSE, b"X-A: b\r\n" * 5000),
    "HTTP/1.0 without a host": _get(version=b"HTTP/1.0"),
    "every byte there is": bytes(range(256)) * 8,
    "a TLS greeting": bytes.fromhex("16030100c8010000c40303") + b"x" * 190,
    "50 MB at once": _post(CLOSE, b"Content-Length: 52428800\r\n", body=b"a" * 50 * MEGABYTE),
    "50 MB in chunks": _post(
        CLOSE, CHUNKED, body=(b"100000\r\n" + b"a" * MEGABYTE + b"\r\n") * 50 + b"0\r\n\r\n"
    ),
    "more promised than sent": _post(CLOSE, b"Content-Length: 999999\r\n", body=b"{"),
}
ENDLESS: Mapping[str, tuple[bytes, bytes]] = {
    "header": (b"GET /profile HTTP/1.1\r\n" + HOST + b"X-A: ", b"a" * 65_536),
    "headers": (b"GET /profile HTTP/1.1\r\n" + HOST, b"X-A: b\r\n" * 8192),
    "path": (b"GET /", b"a" * 65_536),
    "trailer": (_post(CHUNKED, body=b"0\r\nX-A: "), b"a" * 65_536),
    "chunk frame": (_post(CHUNKED, body=b"2;a="), b"a" * 65_536),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("raw"), log_format="json") as server:
        yield server
        assert "unexpected_error" not in server.said
        assert "Traceback" not in server.said


def _talk(port: int, sent: Sequence[bytes]) -> bytes:
    """Send pieces as long as they are taken, and return what comes back until the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        received = b""
        try:
            for piece in sent:
                connection.sendall(piece)
        except OSError:
            pass
        try:
            while piece := connection.recv(65_536):
                received += piece
        except ConnectionError:
            pass
    return received


def _statuses(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


def _resident(pid: int) -> int:
    """Return how many bytes of memory a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def _lives_on(server: Served) -> bool:
    ready = _talk(server.port, [_get(HOST, CLOSE, path=b"/health/ready")])
    return _statuses(ready) == [200] and server.process.poll() is None


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_once_and_the_process_lives_on(server: Served, name: str) -> None:
    statuses = _statuses(_talk(server.port, [REFUSED[name]]))
    assert len(statuses) <= 1
    assert all(400 <= status < 500 for status in statuses)
    assert _lives_on(server)


@pytest.mark.parametrize(
    ("name", "status"),
    (
        ("two lengths", 400),
        ("20 KiB of headers", 431),
        ("5000 headers", 431),
        ("50 MB at once", 413),
        ("50 MB in chunks", 413),
        ("0xFF in every header", 401),
        ("the tracing method", 405),
    ),
)
def test_it_is_refused_for_what_it_is(server: Served, name: str, status: int) -> None:
    assert _statuses(_talk(server.port, [REFUSED[name]])) == [status]


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_cut_off_before_it_takes_the_memory(server: Served, name: str) -> None:
    begin, on_and_on = ENDLESS[name]
    before = _resident(server.process.pid)
    received = _talk(server.port, [begin, *[on_and_on] * 1000])
    assert all(400 <= status < 500 for status in _statuses(received))
    assert _resident(server.process.pid) - before < 20 * MEGABYTE
    assert _lives_on(server)


def test_requests_that_come_at_once_are_answered_in_order(server: Served) -> None:
    live = _get(HOST, path=b"/health/live")
    received = _talk(server.port, [live * 3 + _get(HOST) + live + _get(HOST, CLOSE)])
    assert _statuses(received) == [200, 200, 200, 401, 200, 401]


def test_a_client_that_hangs_up_early_harms_nobody(server: Served) -> None:
    for piece in (b"", b"GE", b"GET /profile HT", _post(b"Content-Length: 100\r\n", body=b"{")):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(piece)
    assert _lives_on(server)
