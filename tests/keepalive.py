"""A client that does next to nothing, for tests that are about many requests at one moment.

Each connection stays with one worker process for as long as it is open.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Told:
    """An answer: its status, and its body where there is one."""

    status: int
    body: Any


class Connection:
    """One connection, used by one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak over these streams."""
        self._reader, self._writer = reader, writer
        self._turn = asyncio.Lock()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        form: Mapping[str, str] | None = None,
        document: object = None,
    ) -> Told:
        """Send one request and read the answer to its end."""
        body = urlencode(form).encode() if form else json.dumps(document).encode()
        body = b"" if form is None and document is None else body
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        lines += [f"Content-Type: {FORM if form else 'application/json'}"] if body else []
        async with self._turn:
            self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            return await self._answer()

    async def renew(self, refresh_token: str) -> Told:
        """Exchange a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return await self.ask("POST", "/auth/token", form=form)

    async def _answer(self) -> Told:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        body = await self._reader.readexactly(int(length or 0))
        is_json = b"{" in body[:1]
        return Told(int(head.split(" ", 2)[1]), json.loads(body) if is_json else None)


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """Open so many connections to a server on this machine."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            opened.append(Connection(reader, writer))
        yield opened
