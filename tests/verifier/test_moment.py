"""How long ago something was: neither a clock that is set back nor a sleep makes it younger."""

from datetime import UTC, datetime, timedelta

import pytest

from authsvc.verifier.moment import Moment, is_within

START = datetime(2026, 11, 23, 10, tzinfo=UTC)


class TwoClocks:
    """A clock that people set, and one that only runs."""

    def __init__(self) -> None:
        self.wall, self.ticks = START, 5.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks


@pytest.mark.parametrize(
    ("wall", "ticks", "still"),
    (
        (9.9, 9.9, True),
        (10, 10, False),
        # Set back by an hour, while ten seconds went by.
        (-3600, 10, False),
        (-3600, 9, True),
        # An hour's sleep, in which the other one stood still.
        (3600, 1, False),
    ),
)
def test_the_clock_that_says_more_counts(wall: float, ticks: float, *, still: bool) -> None:
    clock = TwoClocks()
    moment = Moment.of(clock)
    clock.wall += timedelta(seconds=wall)
    clock.ticks += ticks
    assert is_within(moment, timedelta(seconds=10), clock) is still


def test_what_never_was_is_not_within_anything() -> None:
    assert not is_within(None, timedelta.max, TwoClocks())
