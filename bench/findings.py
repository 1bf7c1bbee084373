"""Goals, and what was found about each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.bench import Bench


@dataclass(frozen=True)
class Goal:
    """One number that is wanted.

    Attributes:
        what: What is compared, in words.
        limit: The number.
        is_floor: Whether more is better.
        unit: What the number counts: "×", "%", "MiB".
    """

    what: str
    limit: float
    is_floor: bool
    unit: str

    def is_met(self, result: float) -> bool:
        """Tell whether a result reaches it."""
        return result >= self.limit if self.is_floor else result <= self.limit

    @property
    def text(self) -> str:
        """As the table shows it."""
        return f"{'≥' if self.is_floor else '≤'} {self.limit:g} {self.unit}"


@dataclass(frozen=True)
class Finding:
    """What was found about one goal.

    Attributes:
        goal: Which.
        result: The number to compare with it; None where it could not be measured.
        measured: What the number was made from, by who or what it belongs to.
        doubts: What a reader should know before they believe it.
    """

    goal: Goal
    result: float | None
    measured: Mapping[str, str]
    doubts: Sequence[str] = ()

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return self.result is not None and self.goal.is_met(self.result)


@dataclass(frozen=True)
class Outcome:
    """A row's findings, one for each of its goals, and every single run behind them."""

    findings: Sequence[Finding]
    runs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    number: int
    title: str
    goals: tuple[Goal, ...]
    measure: Callable[[Bench], Awaitable[Outcome]]


def ratio(a: float, b: float) -> float:
    """Divide; by nothing at all, the ratio has no bound."""
    return a / b if b else float("inf")
