"""Counts in this process's memory, in bounded space.

The library's own storage looks at every key again and again to find the outdated ones, and keeps
whatever it has; here both cost nothing, because all keys of a kind last equally long.
"""

from collections import OrderedDict, defaultdict

from limits.aio.storage import MemoryStorage

from authsvc.core.clock import Clock

_MOST_KEYS = 20_000


class BoundedMemory(MemoryStorage):
    """The instants of each key's attempts, oldest first.

    A key begins with its kind (`failures/…`). Of each kind, `most` keys are remembered. Beyond
    that the one that was not touched for the longest time is forgotten: one that somebody is at
    work on stays. A flood of one kind pushes out nothing of another.
    """

    where = "the memory of each process"

    def __init__(self, clock: Clock, most: int = _MOST_KEYS) -> None:
        """Start empty."""
        super().__init__()
        self._clock = clock
        self._most = most
        self._kinds: defaultdict[str, OrderedDict[str, list[float]]] = defaultdict(OrderedDict)

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return sum(len(keys) for keys in self._kinds.values())

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Note an attempt, if there were fewer than `limit` within the last `expiry` seconds."""
        now = self._clock.now().timestamp()
        keys = self._kinds[_kind(key)]
        _drop_outdated(keys, now - expiry)
        times = [time for time in keys.get(key, ()) if time >= now - expiry]
        is_free = len(times) + amount <= limit
        if is_free:
            times += [now] * amount
        if times:
            keys[key] = times
            keys.move_to_end(key)
        if len(keys) > self._most:
            keys.popitem(last=False)
        return is_free

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest attempt that counts was made, and how many count."""
        now = self._clock.now().timestamp()
        times = [time for time in self._kinds[_kind(key)].get(key, ()) if time >= now - expiry]
        counting = times[-limit:]
        return (counting[0], len(counting)) if counting else (now, 0)

    async def give_back(self, key: str) -> None:
        """Forget the latest attempt."""
        keys = self._kinds[_kind(key)]
        if times := keys.get(key):
            times.pop()
            if not times:
                del keys[key]

    async def clear(self, key: str) -> None:
        """Forget every attempt."""
        self._kinds[_kind(key)].pop(key, None)

    async def ping(self) -> None:
        """Do nothing: memory is always there."""

    async def close(self) -> None:
        """Do nothing: memory needs no closing."""


def _kind(key: str) -> str:
    return key.partition("/")[0]


def _drop_outdated(keys: OrderedDict[str, list[float]], horizon: float) -> None:
    """Take away what is outdated at the front, where the longest untouched stand."""
    while keys:
        key, times = next(iter(keys.items()))
        if times[-1] >= horizon:
            return
        del keys[key]
