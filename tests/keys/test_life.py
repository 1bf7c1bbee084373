"""The life of a key, read off instants: the same for the same rows and time, to the moment."""

from datetime import UTC, datetime, timedelta

import pytest

from authsvc.keys.life import MAX_AGE, Life, State, lives
from authsvc.keys.models import SigningKeyRow

T0 = datetime(2026, 11, 23, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def make_row(
    kid: str,
    signs_from: datetime = T0,
    *,
    ttl: int = 900,
    erased: bool = False,
    retired_at: datetime | None = None,
) -> SigningKeyRow:
    """Make a row, published ten minutes before it signs."""
    return SigningKeyRow(
        kid=kid,
        alg="ES256",
        sealed_key="",
        created_at=signs_from - timedelta(minutes=10),
        signs_from=signs_from,
        longest_ttl=ttl,
        erased_at=signs_from if erased else None,
        retired_at=retired_at,
    )


def states(family: list[Life], now: datetime) -> dict[str, State]:
    return {life.kid: life.state(now) for life in family}


@pytest.mark.parametrize(
    ("at", "old", "new"),
    (
        (T0 - MOMENT, "published", "published"),
        (T0, "signing", "published"),
        (T0 + HOUR - MOMENT, "signing", "published"),
        (T0 + HOUR, "verifying", "signing"),
        (T0 + HOUR + timedelta(seconds=900) + MAX_AGE - MOMENT, "verifying", "signing"),
        (T0 + HOUR + timedelta(seconds=900) + MAX_AGE, "gone", "signing"),
        (T0 + 400 * 24 * HOUR, "gone", "signing"),
    ),
)
def test_a_key_is_published_signs_verifies_and_is_gone(at: datetime, old: str, new: str) -> None:
    family = lives([make_row("new", T0 + HOUR), make_row("old")])
    assert states([*family], at) == {"new": new, "old": old}
    assert family[0].verifies_until is None


def test_exactly_one_key_signs_at_any_time() -> None:
    rows = [make_row(str(n), T0 + n * timedelta(minutes=7)) for n in range(6)]
    for minute in range(90):
        now = T0 + minute * timedelta(minutes=1)
        assert [*states([*lives(rows)], now).values()].count("signing") == 1


def test_of_two_keys_of_one_instant_every_process_chooses_the_same() -> None:
    rows = [make_row("a"), make_row("b")]
    assert [states([*lives(order)], T0) for order in (rows, rows[::-1])] == [
        {"b": "signing", "a": "verifying"}
    ] * 2


def test_a_key_lasts_as_long_as_the_longest_of_its_tokens() -> None:
    family = lives([make_row("new", T0 + HOUR), make_row("old", ttl=86400)])
    assert family[1].verifies_until == T0 + HOUR + timedelta(days=1) + MAX_AGE


def test_a_key_whose_successor_was_retired_before_its_turn_signs_on() -> None:
    rows = [make_row("old"), make_row("new", T0 + HOUR, retired_at=T0)]
    family = lives(rows)
    assert states([*family], T0 + 2 * HOUR) == {"old": "signing"}
    assert Life(rows[1], None).state(T0) == "gone"
