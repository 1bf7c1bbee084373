"""What a process finds to do for the ring, and when it finds nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from authsvc.keys.models import SigningKeyRow
from authsvc.keys.plan import AT_ONCE, KeyPolicy, Plan, make_plan
from keys.keepers import AHEAD, MONTH, make_policy
from keys.test_life import HOUR, MOMENT, T0, make_row

POLICY = make_policy()
MINUTE = timedelta(minutes=1)


def done(plan: Plan) -> dict[str, object]:
    """Name what a plan says, leaving out what it does not."""
    said: dict[str, object] = {
        "drop": [life.kid for life in plan.drop],
        "erase": [life.kid for life in plan.erase],
        "lengthen": [life.kid for life in plan.lengthen],
        "bring_forward": plan.bring_forward and plan.bring_forward.kid,
        "adopts": plan.adopts,
    }
    said = {name: value for name, value in said.items() if value}
    return said if plan.make_in is None else {**said, "make_in": plan.make_in}


def test_a_ring_that_signs_leaves_nothing_to_do() -> None:
    assert make_plan([make_row("a")], POLICY, T0).is_empty
    assert make_plan([make_row("b", T0 + HOUR), make_row("a")], POLICY, T0).is_empty


def test_without_a_key_one_is_made_that_signs_at_once() -> None:
    assert done(make_plan([], POLICY, T0)) == {"make_in": AT_ONCE}
    retired = make_row("a", retired_at=T0)
    assert done(make_plan([retired], POLICY, T0)) == {"make_in": AT_ONCE}


def test_where_only_a_waiting_key_is_left_it_signs_at_once() -> None:
    rows = [make_row("c", T0 + 2 * HOUR), make_row("b", T0 + HOUR)]
    assert done(make_plan(rows, POLICY, T0)) == {"bring_forward": "b"}


@pytest.mark.parametrize(
    ("rotation", "at", "plan"),
    (
        (MONTH, T0 + MONTH - AHEAD - MOMENT, {}),
        (MONTH, T0 + MONTH - AHEAD, {"make_in": AHEAD}),
        (MONTH, T0 + 12 * MONTH, {"make_in": AHEAD}),
        (timedelta(), T0 + 12 * MONTH, {}),
    ),
)
def test_the_next_key_is_made_in_time_to_be_known_when_it_signs(
    rotation: timedelta, at: object, plan: dict[str, object]
) -> None:
    policy = replace(POLICY, rotation=rotation)
    assert isinstance(at, type(T0))
    assert done(make_plan([make_row("a")], policy, at)) == plan
    # Once it is made, it is not made again.
    following = make_row("b", at + AHEAD)
    assert done(make_plan([following, make_row("a")], policy, at)) == {}


def test_what_signed_is_erased_a_minute_after_and_dropped_when_it_has_run_out() -> None:
    rows = [make_row("b", T0 + HOUR), make_row("a")]
    end = T0 + HOUR + timedelta(seconds=1200)
    for at, plan in (
        (T0 + HOUR + MINUTE - MOMENT, {}),
        (T0 + HOUR + MINUTE, {"erase": ["a"]}),
        (end - MOMENT, {"erase": ["a"]}),
        (end, {"drop": ["a"]}),
    ):
        assert done(make_plan(rows, POLICY, at)) == plan
    rows[1] = make_row("a", erased=True)
    assert done(make_plan(rows, POLICY, T0 + HOUR + MINUTE)) == {}


def test_a_symmetric_key_is_not_erased_while_it_verifies() -> None:
    rows = [make_row("b", T0 + HOUR), make_row("a")]
    policy = make_policy("HS256")
    assert done(make_plan(rows, policy, T0 + HOUR + MINUTE)) == {}


@pytest.mark.parametrize(
    ("ttl", "kids"), ((899, []), (900, []), (901, ["c", "b"]), (86400, ["c", "b"]))
)
def test_longer_tokens_are_written_down_for_all_that_still_sign(ttl: int, kids: list[str]) -> None:
    rows = [make_row("c", T0 + 2 * HOUR), make_row("b", T0 + HOUR), make_row("a", erased=True)]
    policy = replace(POLICY, access_ttl=timedelta(seconds=ttl))
    plan = make_plan(rows, policy, T0 + HOUR)
    assert [life.kid for life in plan.lengthen] == kids


class TestOwnKey:
    """With a key of the operator's own, which only its file can sign with."""

    def plan(
        self,
        rows: list[SigningKeyRow],
        at: object,
        *,
        starts: bool = False,
        own: str | None = "own",
    ) -> dict[str, object]:
        assert isinstance(at, type(T0))
        return done(make_plan(rows, POLICY, at, own_kid=own, starts=starts))

    def test_it_is_taken_into_the_ring_and_then_left_alone_for_ever(self) -> None:
        assert self.plan([make_row("a")], T0) == {"adopts": True}
        own = make_row("own", erased=True)
        assert self.plan([own], T0 + 12 * MONTH) == {}

    def test_what_signed_before_it_is_not_erased_but_runs_out(self) -> None:
        rows = [make_row("own", T0 + HOUR, erased=True), make_row("a")]
        assert self.plan(rows, T0 + HOUR + MINUTE) == {}
        assert self.plan(rows, T0 + 2 * HOUR) == {"drop": ["a"]}

    def test_a_process_that_starts_with_it_signs_with_it_first_of_all(self) -> None:
        rows = [make_row("b", T0 + HOUR), make_row("own", erased=True)]
        assert self.plan(rows, T0 + HOUR, starts=True) == {"bring_forward": "own"}

    def test_a_process_that_still_signs_with_it_says_so_before_others_refuse_it(self) -> None:
        rows = [make_row("other", T0 + HOUR, erased=True), make_row("own", erased=True)]
        assert self.plan(rows, T0 + HOUR + timedelta(seconds=149)) == {}
        assert self.plan(rows, T0 + HOUR + timedelta(seconds=150)) == {"bring_forward": "own"}

    def test_a_process_without_the_file_signs_with_what_it_has(self) -> None:
        rows = [make_row("own", T0 + HOUR, erased=True), make_row("a")]
        assert self.plan(rows, T0 + HOUR + MINUTE, own=None) == {}
        late = T0 + HOUR + timedelta(seconds=150)
        assert self.plan(rows, late, own=None) == {"bring_forward": "a"}
        assert self.plan(rows, T0 + HOUR, own=None, starts=True) == {"bring_forward": "a"}
        assert self.plan(rows[:1], T0 + HOUR, own=None) == {"make_in": AT_ONCE}


def test_the_ttl_of_a_policy_is_in_whole_seconds() -> None:
    policy = KeyPolicy("ES256", timedelta(minutes=15), MONTH, AHEAD)
    assert policy.ttl_seconds == 900
