"""Real processes: several workers are one service, and a signal ends it in good order."""

import base64
import json
import re
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from authsvc.core.database import Database
from factories import PASSWORD, bearer
from guard.rows import count
from serving import Served, serving

ADA = {"email": "ada@example.com", "password": PASSWORD}
GRANT = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}


def _workers(server: Served) -> list[int]:
    return [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", server.said)]


def _connections(pid: int) -> int:
    links = (link for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    return sum("socket:" in str(link.readlink()) for link in links)


def _both_answer(server: Served) -> bool:
    """Open connections, each of which stays with one worker, until every worker has one."""
    before = {pid: _connections(pid) for pid in _workers(server)}
    with ExitStack() as opened:
        for _ in range(200):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            opened.enter_context(connection)
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
            if all(_connections(pid) > number for pid, number in before.items()):
                return True
    return False


def _key_id(token: str) -> str:
    header = token.partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(header + "=="))["kid"])


async def test_two_workers_are_one_service(
    tmp_path: Path, database: Database, database_address: str
) -> None:
    with (
        serving(tmp_path, "--workers", "2", database_url=database_address) as server,
        # Every request goes over a connection of its own, to either of the workers.
        httpx.Client(base_url=server.origin, headers={"Connection": "close"}) as client,
    ):

        def ask(method: str, path: str, token: str = "", **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
            headers = bearer(token) if token else {}
            return client.request(method, path, headers=headers, **request)

        assert ask("POST", "/auth/register", json=ADA).status_code == 201
        assert ask("POST", "/auth/register", json=ADA).status_code == 409
        tokens = [ask("POST", "/auth/token", data=GRANT).json()["access_token"] for _ in range(4)]
        assert len({_key_id(token) for token in tokens}) == 1
        assert {ask("GET", "/profile", token).status_code for token in tokens * 4} == {200}
        assert ask("POST", "/auth/logout", tokens[0]).status_code == 204
        ended_at = time.monotonic()
        while {ask("GET", "/profile", tokens[0]).status_code for _ in range(16)} != {401}:
            assert time.monotonic() - ended_at < 1
        assert ask("GET", "/profile", tokens[1]).status_code == 200
        assert len(set(_workers(server))) == 2
        assert _both_answer(server)
        assert server.end() == 0
    assert server.said.count(" stopped ") == 2
    assert server.said.count(" limits_not_shared ") == 1
    assert "Traceback" not in server.said
    assert await count(database, "signing_keys") == 1


def test_the_signal_to_end_lets_requests_under_way_finish(tmp_path: Path) -> None:
    body = json.dumps(ADA).encode()
    head = (
        b"POST /auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    ) % len(body)
    with (
        serving(tmp_path) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection,
    ):
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        server.process.send_signal(signal.SIGTERM)
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 201 ")
        assert server.process.wait(10) in {0, -signal.SIGTERM}
    assert " stopped " in server.said
    assert "Traceback" not in server.said
