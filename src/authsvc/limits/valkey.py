"""Counts in Valkey, shared by every process that is given the same one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import cast
from urllib.parse import urlsplit

import structlog
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.valkey import ValkeyBridge
from valkey.asyncio import BlockingConnectionPool, Valkey
from valkey.exceptions import ValkeyError

from authsvc.core.clock import Clock
from authsvc.core.errors import Unavailable

_log = structlog.get_logger(__name__)

_PREFIX = "authsvc"
_DEFAULT_PORT = 6379
_MOST_CONNECTIONS = 16
# Seconds for one answer, connecting included. Somebody waits with a password in hand.
_ANSWER_WITHIN = 2.0


class ValkeyCounts(RedisStorage):
    """The library's lists of instants, made by our clock. Whatever goes wrong is `Unavailable`."""

    where = "Valkey"
    bridge: ValkeyBridge

    def __init__(self, address: str, clock: Clock) -> None:
        """Prepare connections to `address` (`valkey://` or `valkeys://`). None is opened yet."""
        where = urlsplit(address)
        scheme = where.scheme.replace("redis", "valkey")
        netloc = where.netloc if where.port else f"{where.netloc}:{_DEFAULT_PORT}"
        url = where._replace(scheme=scheme, netloc=netloc).geturl()
        self._clock = clock
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_MOST_CONNECTIONS,
            timeout=_ANSWER_WITHIN,
            socket_timeout=_ANSWER_WITHIN,
            socket_connect_timeout=_ANSWER_WITHIN,
        )
        self._client = Valkey(connection_pool=self._pool)
        super().__init__(
            f"async+{url}",
            key_prefix=_PREFIX,
            connection_pool=self._pool,  # type: ignore[arg-type]  # documented; the hint forgets it
        )

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Note an attempt, if there were fewer than `limit` within the last `expiry` seconds."""
        now = self._clock.now().timestamp()
        async with _answered():
            script = self.bridge.lua_acquire_moving_window
            return bool(await script([self._named(key)], [now, limit, expiry, amount]))

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest attempt that counts was made, and how many count."""
        now = self._clock.now().timestamp()
        async with _answered():
            script = self.bridge.lua_moving_window
            window = await script([self._named(key)], [now - expiry, limit])
        return (float(window[0]), int(window[1])) if window else (now, 0)

    async def give_back(self, key: str) -> None:
        """Forget the latest attempt."""
        async with _answered():
            await cast("Awaitable[object]", self._client.lpop(self._named(key)))

    async def clear(self, key: str) -> None:
        """Forget every attempt."""
        async with _answered():
            await super().clear(key)

    async def ping(self) -> None:
        """Ask for a sign of life."""
        async with _answered():
            await cast("Awaitable[object]", self._client.ping())

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.disconnect()

    def _named(self, key: str) -> str:
        return self.bridge.prefixed_key(key)


@asynccontextmanager
async def _answered() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            yield
    except (ValkeyError, OSError) as fault:
        # Only the kind of error: its text can quote the address.
        _log.error("limits_unavailable", error=type(fault).__name__)
        raise Unavailable from fault
