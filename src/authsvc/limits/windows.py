"""What limits are made of: so many attempts within a moving window, and blocks that grow longer."""

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from limits import RateLimitItemPerSecond, parse
from limits.aio.strategies import MovingWindowRateLimiter

from authsvc.core.clock import Clock
from authsvc.limits.memory import BoundedMemory

if TYPE_CHECKING:
    from authsvc.limits.valkey import ValkeyCounts

Counts: TypeAlias = "BoundedMemory | ValkeyCounts"

# How long a block that is over makes the next one longer.
_REMEMBERED = timedelta(days=1)


class Window:
    """One limit. Its name is part of every key, so no two limits share a count."""

    def __init__(self, name: str, rate: str, counts: Counts, clock: Clock) -> None:
        """Allow `rate`, in the notation of `core.values.Rate`."""
        self.name = name
        self._item = parse(rate)
        self._item.namespace = name
        self._counts = counts
        self._strategy = MovingWindowRateLimiter(counts)
        self._clock = clock

    async def take(self, *who: str) -> int:
        """Note an attempt and return 0, or note nothing and return the seconds to wait.

        Noting and comparing are one step: of any number that come at once, no more than the limit
        are let in.

        Raises:
            Unavailable: If the counts cannot be reached. The same holds for everything here.

        """
        if await self._strategy.hit(self._item, *who):
            return 0
        stats = await self._strategy.get_window_stats(self._item, *who)
        # A window's last instant still belongs to it.
        return max(1, math.floor(stats.reset_time - self._clock.now().timestamp()) + 1)

    async def is_full(self, *who: str) -> bool:
        """Tell whether the next attempt would be refused."""
        return not await self._strategy.test(self._item, *who)

    async def give_back(self, *who: str) -> None:
        """Forget the latest attempt: it was none."""
        await self._counts.give_back(self._item.key_for(*who))

    async def forget(self, *who: str) -> None:
        """Forget every attempt."""
        await self._strategy.clear(self._item, *who)


class Blocks:
    """Nothing goes for a while, and for a longer while each time within a day."""

    def __init__(self, lengths: Sequence[timedelta], counts: Counts, clock: Clock) -> None:
        """Block for `lengths`, one after the other; the last one is repeated."""
        self._strategy = MovingWindowRateLimiter(counts)
        self._clock = clock
        self._levels = []
        for level, length in enumerate(lengths):
            is_last = level == len(lengths) - 1
            seconds = int((length if is_last else length + _REMEMBERED).total_seconds())
            item = RateLimitItemPerSecond(1, seconds, namespace=f"block-{level}")
            self._levels.append((item, length.total_seconds()))

    async def left(self, who: str) -> int:
        """Return for how many seconds more somebody is blocked; 0 if they are not."""
        return max([await self._left(level, who) for level in range(len(self._levels))])

    async def begin(self, who: str) -> int:
        """Block somebody, for longer than the last time; return the seconds.

        Of several calls at once one begins a block, the others find it begun.
        """
        for level, (item, length) in enumerate(self._levels):
            if await self._strategy.hit(item, who):
                return math.ceil(length)
            if left := await self._left(level, who):
                return left
        return 1

    async def _left(self, level: int, who: str) -> int:
        item, length = self._levels[level]
        stats = await self._strategy.get_window_stats(item, who)
        if stats.remaining:
            return 0
        began = stats.reset_time - item.get_expiry()
        return max(0, math.ceil(began + length - self._clock.now().timestamp()))
