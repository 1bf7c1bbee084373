"""The rotation drill: two processes under load, three rotations, another secret, a leaked key."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from authsvc.core.database import Database
from cli.terminal import authsvc
from factories import PASSWORD, SECRET, bearer
from keys.keepers import OTHER_SECRET, stored
from serving import free_port, inhabit, serving
from walks.load import Load

GRANT = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
# The shortest that the service takes, instead of ten minutes.
AHEAD = "3"
PER_SECOND = 500
SESSIONS = 3
_PATIENCE = 15.0


class Sessions:
    """People who stay signed in: they refresh, and every token they get is a good one."""

    def __init__(self, client: httpx.AsyncClient, load: Load) -> None:
        self._client = client
        self._load = load
        self._refresh_tokens: list[str] = []
        self.last = ""

    async def start(self) -> None:
        ada = {"email": "ada@example.com", "password": PASSWORD}
        assert (await self._client.post("/auth/register", json=ada)).status_code == 201
        for _ in range(SESSIONS):
            self._take(await self._client.post("/auth/token", data=GRANT))

    async def refresh(self) -> str:
        """Refresh the session whose turn it is; return the id of the key that signed."""
        token = self._refresh_tokens.pop(0)
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self._take(await self._client.post("/auth/token", data=form))

    def _take(self, answer: httpx.Response) -> str:
        assert answer.status_code == 200, answer.text
        self.last = answer.json()["access_token"]
        self._load.tokens.append(self.last)
        self._refresh_tokens.append(answer.json()["refresh_token"])
        header = json.loads(base64.urlsafe_b64decode(self.last.split(".")[0] + "=="))
        return str(header["kid"])

    async def until_signed_by(self, kid: str) -> None:
        """Go on until a key signs."""
        deadline = time.monotonic() + _PATIENCE
        while await self.refresh() != kid:
            assert time.monotonic() < deadline, f"{kid} does not sign"
            await asyncio.sleep(0.3)

    async def seconds_until_refused(self, token: str) -> float:
        """Present a token again and again, to either process; return when the last yes came."""
        began = last_yes = time.monotonic()
        while time.monotonic() < last_yes + 1.2:
            answer = await self._client.get("/profile", headers=bearer(token))
            if answer.status_code == 200:
                last_yes = time.monotonic()
            await asyncio.sleep(0.02)
        return last_yes - began


@asynccontextmanager
async def _served(directory: Path, port: int, **settings: str) -> AsyncIterator[None]:
    served = serving(directory, "--workers", "2", port=str(port), **settings)
    server = await asyncio.to_thread(served.__enter__)
    try:
        yield
        assert await asyncio.to_thread(server.end) == 0
        assert "Traceback" not in server.said
    finally:
        await asyncio.to_thread(served.__exit__, None, None, None)


async def _keys(*arguments: str) -> str:
    ended = await asyncio.to_thread(authsvc, "keys", *arguments)
    assert ended.status == 0, ended.err
    return ended.out.split()[0]


async def test_keys_rotate_and_the_secret_changes_and_nobody_notices(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: Database, database_address: str
) -> None:
    port = free_port()
    settings = {"database_url": database_address, "secret_key": SECRET, "key_publish_ahead": AHEAD}
    changed = settings | {"secret_key": OTHER_SECRET, "secret_key_previous": SECRET}
    inhabit(monkeypatch, tmp_path, **settings)
    load = Load(port, PER_SECOND)
    async with AsyncExitStack() as stack:
        # A connection for each request, so that either process gets its share.
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=f"http://localhost:{port}", headers={"Connection": "close"}, timeout=30
            )
        )
        sessions = Sessions(client, load)
        async with AsyncExitStack() as before:
            await before.enter_async_context(_served(tmp_path, port, **settings))
            await sessions.start()
            await stack.enter_async_context(load.running())
            # The secret changes while a new key waits for its turn.
            first = await _keys("rotate")
        inhabit(monkeypatch, tmp_path, **changed)
        await stack.enter_async_context(_served(tmp_path, port, **changed))
        second = await _keys("rotate")
        await sessions.until_signed_by(first)
        third = await _keys("rotate")
        await sessions.until_signed_by(third)
        await load.end()
        assert load.refused == 0, load.statuses
        leaked = sessions.last
        assert await _keys("retire", third) == third
        assert await sessions.seconds_until_refused(leaked) < 5
        for _ in range(SESSIONS):
            assert await sessions.refresh() != third
    assert load.statuses[200] > PER_SECOND
    assert {row.kid for row in await stored(database)} >= {first, second, third}
