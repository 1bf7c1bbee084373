"""What is to be done for the ring at a given time. Pure: `chores.py` does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from authsvc.keys.life import MAX_AGE, Life, lives
from authsvc.keys.models import SigningKeyRow
from authsvc.tokens.keyring import Algorithm

AT_ONCE = timedelta()
# Replicas' clocks differ: one that is behind must still find what it signs with.
_CLOCKS_DIFFER = timedelta(seconds=60)
# A replica that is not restarted yet signs with a key that others have done with. Longer than
# this, and it says so: by then others would soon refuse what it signs.
_PATIENCE = MAX_AGE / 2


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """How the ring is kept.

    Attributes:
        alg: The one algorithm.
        access_ttl: How long the tokens last that this process has signed.
        rotation: How long a key signs before the next does, by itself; zero is for ever.
        publish_ahead: How long a key is in the key set before it signs.
        file: A key of the operator's own, which signs instead of the ring's.
    """

    alg: Algorithm
    access_ttl: timedelta
    rotation: timedelta
    publish_ahead: timedelta
    file: Path | None = None

    @property
    def ttl_seconds(self) -> int:
        """How long tokens last, in whole seconds."""
        return int(self.access_ttl.total_seconds())


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Attributes:
        drop: Keys that have run out.
        erase: Keys of which only the public half is needed any more.
        lengthen: Keys whose tokens now last longer than is written down.
        bring_forward: The key that signs from now on, if the clock says another.
        adopts: Whether the operator's own key is missing in the ring.
        make_in: In what time a key that is still to be made begins to sign; None makes none.
    """

    drop: tuple[Life, ...] = ()
    erase: tuple[Life, ...] = ()
    lengthen: tuple[Life, ...] = ()
    bring_forward: Life | None = None
    adopts: bool = False
    make_in: timedelta | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return self == Plan()


def signer(family: Sequence[Life], own_kid: str | None, now: datetime) -> Life | None:
    """Return the key that a process signs with: the operator's own, or the ring's latest.

    `own_kid` is the operator's key, None where there is none or it is retired.
    """
    if own_kid is not None:
        return next((life for life in family if life.kid == own_kid), None)
    return next((life for life in family if _has_begun(life, now) and _can_sign(life)), None)


def next_signer(family: Sequence[Life], now: datetime) -> Life | None:
    """Return the key that waits to sign, the first of them if there are several."""
    waiting = [life for life in family if not _has_begun(life, now) and _can_sign(life)]
    return waiting[-1] if waiting else None


def make_plan(
    rows: Sequence[SigningKeyRow],
    policy: KeyPolicy,
    now: datetime,
    *,
    own_kid: str | None = None,
    starts: bool = False,
) -> Plan:
    """Tell what is to be done.

    Args:
        rows: Every key of the policy's algorithm.
        policy: How the ring is kept.
        now: The current time.
        own_kid: The operator's own key, None where there is none or it is retired.
        starts: Whether the process is starting: then what it signs with goes first at once.

    """
    family = lives(rows)
    left = [life for life in family if life.state(now) != "gone"]
    mine = signer(left, own_kid, now)
    bring_forward, make_in = None, None
    if mine is not None:
        patience = AT_ONCE if starts else _PATIENCE
        if mine.signs_until is not None and mine.signs_until + patience <= now:
            bring_forward = mine
        elif own_kid is None and _is_rotation_due(left[0], policy, now):
            make_in = policy.publish_ahead
    elif own_kid is None:
        bring_forward = next_signer(left, now)
        make_in = None if bring_forward else AT_ONCE
    return Plan(
        drop=tuple(life for life in family if life.state(now) == "gone"),
        erase=_to_be_erased(left, policy, now),
        lengthen=tuple(
            life
            for life in left
            if life.row.longest_ttl < policy.ttl_seconds
            and (life.signs_until is None or now < life.signs_until)
        ),
        bring_forward=bring_forward,
        adopts=own_kid is not None and mine is None,
        make_in=make_in,
    )


def _is_rotation_due(last: Life, policy: KeyPolicy, now: datetime) -> bool:
    due_at = last.row.signs_from + policy.rotation - policy.publish_ahead
    return bool(policy.rotation) and due_at <= now


def _to_be_erased(left: Sequence[Life], policy: KeyPolicy, now: datetime) -> tuple[Life, ...]:
    current = next((life for life in left if _has_begun(life, now)), None)
    # Symmetric keys verify with what signs. And what only a file can sign for is no successor to
    # a process that has not been given the file.
    if policy.alg == "HS256" or current is None or not _can_sign(current):
        return ()
    return tuple(
        life
        for life in left
        if _can_sign(life)
        and life.signs_until is not None
        and life.signs_until + _CLOCKS_DIFFER <= now
    )


def _has_begun(life: Life, now: datetime) -> bool:
    return life.row.signs_from <= now


def _can_sign(life: Life) -> bool:
    return life.row.erased_at is None
