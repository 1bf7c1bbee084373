"""Readings of a process' parts. Taken by a job each second: any process may be asked for all."""

from collections.abc import Callable, Mapping

from authsvc.counters.instruments import Counters

# Seconds.
READ_EVERY = 1.0


class Readings:
    """What is read off, and where it is shown."""

    def __init__(self, counters: Counters, of: Mapping[str, Callable[[], float]]) -> None:
        """Show readings on `counters`; `of` gives each, by the metric's name."""
        self._counters = counters
        self._of = of

    async def take(self) -> None:
        """Take all readings now."""
        self._counters.read(self._of)
