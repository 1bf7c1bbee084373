"""What one run of load has measured, and what several rounds of it come to."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BUSY_ENOUGH = 0.93
_ALONE_ENOUGH = 0.06


@dataclass(frozen=True)
class Measured:
    """One run.

    Attributes:
        seconds: How long it was.
        statuses: How many answers of each status came within it.
        latencies: Seconds, sorted, of every request sent within it.
        stamps: When each answer came, in order.
        server_busy: The share of its core that the server used.
        server_core_busy: The share of that core that anybody used.
        load_cores_busy: The share of the other cores: load, database, anybody.
    """

    seconds: float
    statuses: Mapping[int, int]
    latencies: Sequence[float]
    stamps: Sequence[float]
    server_busy: float
    server_core_busy: float
    load_cores_busy: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return sum(self.statuses.values()) / self.seconds

    @property
    def pace(self) -> float:
        """Answers per second, from the first to the last: exact also where there are few."""
        if len(self.stamps) < 2:  # noqa: PLR2004 - a pace is between two
            return self.rate
        return (len(self.stamps) - 1) / (self.stamps[-1] - self.stamps[0])

    @property
    def cost(self) -> float:
        """Microseconds of the server's processor time per answer, which noise changes least."""
        return self.server_busy / self.rate * 1e6 if self.rate else float("inf")

    def percentile(self, percent: float) -> float:
        """Return the latency in milliseconds that `percent` of the requests did not exceed."""
        if not self.latencies:
            return float("inf")
        index = min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))
        return self.latencies[index] * 1000

    def summary(self) -> Mapping[str, Any]:
        """Return what is kept of it as JSON."""
        return {
            "seconds": round(self.seconds, 3),
            "rate": round(self.rate, 2),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "server_us_per_answer": round(self.cost, 1),
            "p50_ms": round(self.percentile(50), 3),
            "p99_ms": round(self.percentile(99), 3),
            "max_ms": round(self.percentile(100), 3),
            "server_busy": round(self.server_busy, 3),
            "server_core_busy": round(self.server_core_busy, 3),
            "load_cores_busy": round(self.load_cores_busy, 3),
        }


def median_rate(rounds: Sequence[Measured]) -> float:
    """Return the median of the rounds' rates."""
    return statistics.median(run.rate for run in rounds)


def median_p99(rounds: Sequence[Measured]) -> float:
    """Return the median of the rounds' 99th percentiles, in milliseconds."""
    return statistics.median(run.percentile(99) for run in rounds)


def noise(who: str, rounds: Sequence[Measured]) -> list[str]:
    """Say whether somebody else worked on the server's core meanwhile."""
    others = statistics.median(run.server_core_busy - run.server_busy for run in rounds)
    return [f"others took {others:.0%} of the core of {who}"] if others > _ALONE_ENOUGH else []


def doubts(who: str, rounds: Sequence[Measured]) -> list[str]:
    """Say what makes these rounds less than the server's own limit, if anything does."""
    busy = statistics.median(run.server_busy for run in rounds)
    if (found := noise(who, rounds)) or busy >= _BUSY_ENOUGH:
        return found
    return [f"{who} used {busy:.0%} of its core, so it was not the limit"]
