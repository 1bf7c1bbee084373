"""How long ago something was, though clocks are set back and machines are put to sleep."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from authsvc.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, on the clock that people set and on the one that stands still in a sleep.

    Attributes:
        at: On the first.
        ticks: On the second.
    """

    at: datetime
    ticks: float

    @classmethod
    def of(cls, clock: Clock) -> "Moment":
        """Return the present one."""
        return cls(clock.now(), clock.monotonic())


def is_within(moment: Moment | None, span: timedelta, clock: Clock) -> bool:
    """Tell whether something happened, and by either clock less than `span` ago."""
    if moment is None:
        return False
    by_ticks = timedelta(seconds=clock.monotonic() - moment.ticks)
    return max(by_ticks, clock.now() - moment.at) < span
