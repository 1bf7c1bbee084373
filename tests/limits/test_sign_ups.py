"""What counts as a sign-up, and what as an exchange of a refresh token."""

from datetime import timedelta
from uuid import uuid4

import pytest

from authsvc.core.address import Source
from authsvc.core.secrets import ApplicationSecret
from authsvc.limits.errors import TooManyAttempts
from authsvc.limits.service import Limiter, LimitPolicy
from authsvc.limits.windows import Counts
from authsvc.users.errors import EmailTaken
from factories import SECRET, MovedClock

PLACE = Source("192.0.2.1")
POLICY = LimitPolicy(
    tries="1000/minute",
    failures_address="1000/minute",
    failures_account_address="1000/minute",
    failures_account="1000/minute",
    failures_network="1000/minute",
    blocks=[timedelta(minutes=1)],
    sign_ups="2/hour",
    sign_up_tries="3/hour",
    refreshes="2/minute",
)


async def _make(limiter: Limiter, source: Source | None, fails: Exception | None = None) -> None:
    async with limiter.sign_up(source):
        if fails:
            raise fails


async def test_sign_ups_and_refreshes_are_counted_each_for_its_own(
    counts: Counts, clock: MovedClock
) -> None:
    limiter = Limiter(POLICY, counts, ApplicationSecret(SECRET), clock)
    for _ in range(5):
        with pytest.raises(EmailTaken):
            await _make(limiter, PLACE, fails=EmailTaken())
    for _ in range(2):
        await _make(limiter, PLACE)
    with pytest.raises(TooManyAttempts) as refusal:
        await _make(limiter, PLACE)
    assert refusal.value.headers["Retry-After"] == "3601"
    await _make(limiter, Source("192.0.2.2"))
    for _ in range(3):
        await _make(limiter, None)
    for _ in range(3):
        await limiter.sign_up_try(PLACE)
    with pytest.raises(TooManyAttempts):
        await limiter.sign_up_try(PLACE)
    session, other = uuid4(), uuid4()
    for _ in range(2):
        await limiter.refresh(session, PLACE)
    with pytest.raises(TooManyAttempts):
        await limiter.refresh(session, PLACE)
    await limiter.refresh(other, PLACE)
    await limiter.refresh(session, Source("192.0.2.2"))
    clock.move(seconds=61)
    await limiter.refresh(session, PLACE)
