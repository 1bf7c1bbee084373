"""What counts as an attempt, what as a failure, and what is asked about whom."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from authsvc.core.address import Source
from authsvc.core.errors import Busy, Unavailable
from authsvc.core.secrets import ApplicationSecret
from authsvc.limits.errors import TooManyAttempts
from authsvc.limits.service import Limiter, LimitPolicy
from authsvc.limits.windows import Counts
from factories import SECRET, MovedClock

ADA = "ada@example.com"
PLACE = Source("192.0.2.1")
POLICY = LimitPolicy(
    tries="1000/minute",
    failures_address="4/minute",
    failures_account_address="2/minute",
    failures_account="3/minute",
    failures_network="1000/minute",
    blocks=[timedelta(minutes=1)],
    sign_ups="2/hour",
    sign_up_tries="3/hour",
    refreshes="2/minute",
)


class Wrong(Exception):
    """The password is wrong."""


class Front:
    """Makes attempts on a limiter, and notes when it asks whether somebody is known."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self.known: set[str] = set()
        self.asked: list[str] = []

    async def attempt(
        self,
        email: str = ADA,
        source: Source = PLACE,
        ends: BaseException | None = None,
        after: asyncio.Barrier | None = None,
    ) -> str:
        """Make an attempt that ends in a certain way; return how it was answered."""

        async def is_known() -> bool:
            self.asked.append(source.address)
            return source.address in self.known

        try:
            async with self._limiter.attempt(source, email, is_known):
                if after:
                    await after.wait()
                if ends:
                    raise ends
        except TooManyAttempts:
            return "refused"
        except (Wrong, Busy, Unavailable, ValueError) as fault:
            return type(fault).__name__
        return "in"

    async def fail(self, times: int, email: str = ADA, source: Source = PLACE) -> Sequence[str]:
        """Fail a few times."""
        return [await self.attempt(email, source, Wrong()) for _ in range(times)]


def _limiter(counts: Counts, clock: MovedClock, policy: LimitPolicy = POLICY) -> Limiter:
    return Limiter(policy, counts, ApplicationSecret(SECRET), clock)


@pytest.fixture
def front(counts: Counts, clock: MovedClock) -> Front:
    return Front(_limiter(counts, clock))


async def test_busy_and_outages_are_no_attempts(front: Front) -> None:
    for _ in range(10):
        assert await front.attempt(ends=Busy()) == "Busy"
        assert await front.attempt(ends=Unavailable()) == "Unavailable"
    assert await front.fail(3) == ["Wrong", "Wrong", "refused"]


async def test_any_other_end_is_a_failure_also_an_unexpected_one(front: Front) -> None:
    assert await front.attempt(ends=ValueError()) == "ValueError"
    assert await front.fail(2) == ["Wrong", "refused"]


async def test_a_client_that_goes_away_before_the_answer_has_failed(front: Front) -> None:
    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await front.attempt(ends=asyncio.CancelledError())
    assert await front.attempt() == "refused"


async def test_a_refused_attempt_counts_for_nobody(front: Front) -> None:
    assert await front.fail(20) == ["Wrong"] * 2 + ["refused"] * 18
    # Neither for the address, which has two left, nor for the account, which has one.
    assert await front.fail(1, "bob@example.com") == ["Wrong"]
    elsewhere = Source("198.51.100.9")
    assert await front.fail(2, ADA, elsewhere) == ["Wrong", "refused"]
    assert await front.fail(1, "bob@example.com") == ["Wrong"]
    assert await front.attempt("eve@example.com") == "refused"


async def test_whether_somebody_is_known_is_asked_only_where_strangers_are_refused(
    front: Front,
) -> None:
    for number in range(3):
        assert await front.fail(1, ADA, Source(f"198.51.100.{number}")) == ["Wrong"]
    assert front.asked == []
    front.known.add(PLACE.address)
    assert await front.fail(3) == ["Wrong", "Wrong", "refused"]
    assert front.asked == [PLACE.address] * 2
    assert await front.attempt(source=Source("198.51.100.77")) == "refused"
    assert front.asked == [PLACE.address] * 2 + ["198.51.100.77"]


async def test_what_is_known_about_a_device_can_be_out_of_reach(
    counts: Counts, clock: MovedClock
) -> None:
    limiter = _limiter(counts, clock, replace(POLICY, failures_account="1/minute"))
    front = Front(limiter)
    assert await front.fail(1) == ["Wrong"]

    async def is_known() -> bool:
        raise Unavailable

    for _ in range(10):
        with pytest.raises(Unavailable):
            async with limiter.attempt(Source("198.51.100.1"), ADA, is_known):
                pytest.fail("nobody was let in")
    assert await front.fail(1, "bob@example.com", Source("198.51.100.1")) == ["Wrong"]


async def test_attempts_under_way_begin_no_block(front: Front) -> None:
    """Four people of one office sign in at once, one mistypes: the others just wait."""
    everybody, end = asyncio.Barrier(4), asyncio.Event()

    async def known() -> bool:
        return True

    async def sign_in(number: int) -> None:
        async with front._limiter.attempt(PLACE, f"{number}@example.com", known):
            await everybody.wait()
            await end.wait()

    tasks = [asyncio.create_task(sign_in(number)) for number in range(3)]
    failing = asyncio.create_task(front.attempt(ends=Wrong(), after=everybody))
    assert await failing == "Wrong"
    assert await front.attempt() == "refused"
    end.set()
    await asyncio.gather(*tasks)
    assert await front.attempt() == "in"


async def test_no_address_of_a_person_stands_in_the_keys(
    front: Front, counts: Counts, storage: str, request: pytest.FixtureRequest
) -> None:
    await front.fail(1)
    if storage == "memory://":
        keys = str(counts.__dict__)
    else:
        with request.getfixturevalue("valkey").client() as client:
            keys = str(client.keys("*"))
    assert "account/" in keys
    assert "ada" not in keys
