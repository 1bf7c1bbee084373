"""Clients that keep asking with good tokens, and note whatever is not a yes.

Plain sockets: the machine is shared with the servers that are asked.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import cycle

_CONNECTIONS = 10
_RECONNECT_AFTER = 0.05


class Load:
    """A steady load of `GET /profile` on one port."""

    def __init__(self, port: int, per_second: int) -> None:
        """Ask so often per second, if the machine lets it."""
        self._port = port
        self._pause = _CONNECTIONS / per_second
        self.tokens: list[str] = []
        self.statuses: Counter[int] = Counter()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def refused(self) -> int:
        """How many answers were none of 200."""
        return self.statuses.total() - self.statuses[200]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ask until `end`, or until the block ends."""
        self._tasks = [asyncio.create_task(self._client(number)) for number in range(_CONNECTIONS)]
        try:
            yield
        finally:
            await self.end()

    async def end(self) -> None:
        """Ask no more."""
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended

    async def _client(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        while True:
            # While a server restarts nobody answers. That is no refusal.
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    for turn in cycle(range(1_000)):
                        began = loop.time()
                        token = self.tokens[(number + turn * 7) % len(self.tokens)]
                        self.statuses[await _ask(reader, writer, token)] += 1
                        await asyncio.sleep(began + self._pause - loop.time())
                finally:
                    writer.close()
            await asyncio.sleep(_RECONNECT_AFTER)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> int:
    writer.write(
        b"GET /profile HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %b\r\n\r\n"
        % token.encode()
    )
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r")[0]
    await reader.readexactly(int(length))
    return int(head.split()[1])
