"""The limiter: may they try again? Asked before any password is looked at."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from authsvc.core.address import Source
from authsvc.core.clock import Clock
from authsvc.core.errors import Busy, Unavailable
from authsvc.core.secrets import ApplicationSecret, Pseudonyms
from authsvc.limits.attempt import Attempt, IsKnown, Windows
from authsvc.limits.errors import TooManyAttempts
from authsvc.limits.memory import BoundedMemory
from authsvc.limits.windows import Blocks, Counts, Window

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """How often, in the notation of `core.values.Rate`.

    Attributes:
        tries: Attempts with a password from one address, right or wrong.
        failures_address: Wrong ones from one address.
        failures_account_address: Wrong ones for one account from one address.
        failures_account: Wrong ones for one account from anywhere.
        failures_network: Wrong ones from one network.
        blocks: How long an address is blocked that has used up its wrong ones, and how long if it
            does so again.
        sign_ups: Accounts made from one address.
        sign_up_tries: Attempts to make one, also those that are refused.
        refreshes: Exchanges of one session's refresh token.
    """

    tries: str
    failures_address: str
    failures_account_address: str
    failures_account: str
    failures_network: str
    blocks: Sequence[timedelta]
    sign_ups: str
    sign_up_tries: str
    refreshes: str


def counts_at(storage: str, clock: Clock) -> Counts:
    """Return the counts at an address: `memory://`, or that of a Valkey."""
    if storage.startswith("memory:"):
        return BoundedMemory(clock)
    # Its client takes a while to import, and most need none.
    from authsvc.limits.valkey import ValkeyCounts  # noqa: PLC0415

    return ValkeyCounts(storage, clock)


class Limiter:
    """Counts attempts, and refuses what is too often."""

    def __init__(
        self, policy: LimitPolicy, counts: Counts, secret: ApplicationSecret, clock: Clock
    ) -> None:
        """Count in `counts`. Accounts stand there by a keyed hash."""
        self.counts = counts
        self._accounts = Pseudonyms(secret, "limits/account")
        self._labels = Pseudonyms(secret, "log/account")

        def window(name: str, rate: str) -> Window:
            return Window(name, rate, counts, clock)

        self._windows = Windows(
            tries=window("tries", policy.tries),
            address=window("address", policy.failures_address),
            pair=window("account-address", policy.failures_account_address),
            network=window("network", policy.failures_network),
            account=window("account", policy.failures_account),
            failed=window("failed", policy.failures_address),
            blocks=Blocks(policy.blocks, counts, clock),
        )
        self._sign_ups = window("sign-ups", policy.sign_ups)
        self._sign_up_tries = window("sign-up-tries", policy.sign_up_tries)
        self._refreshes = window("refreshes", policy.refreshes)

    @asynccontextmanager
    async def attempt(self, source: Source, email: str, is_known: IsKnown) -> AsyncIterator[None]:
        """Hold the place of one attempt with a password while the block runs.

        A block that ends has succeeded. `Busy` and `Unavailable` are no attempt. Every other
        exception is a failure, also a client that goes away before it has heard the answer.

        Args:
            source: Where it comes from.
            email: Whose password, in canonical form; of an account or not.
            is_known: Tells whether this source has signed in to the account before.

        Raises:
            TooManyAttempts: If there were too many. The block does not begin then.
            Unavailable: If the counts cannot be reached.

        """
        attempt = Attempt(
            self._windows, source, self._accounts.of(email), self._labels.of(email)[:12], is_known
        )
        await attempt.begin()
        try:
            yield
        except (Busy, Unavailable):
            await attempt.withdraw()
            raise
        except BaseException:
            await attempt.fail()
            raise
        await attempt.succeed()

    async def sign_up_try(self, source: Source) -> None:
        """Count an attempt to sign up, whatever becomes of it: it can tell who has an account.

        Raises:
            TooManyAttempts: If there were too many from there.
            Unavailable: If the counts cannot be reached.

        """
        await self._count(self._sign_up_tries, source.place)

    @asynccontextmanager
    async def sign_up(self, source: Source | None) -> AsyncIterator[None]:
        """Hold the place of one account while the block makes it. A block that fails made none.

        The operator's accounts come from nowhere, and are not counted. Raises what `sign_up_try`
        raises.
        """
        if source is None:
            yield
            return
        await self._count(self._sign_ups, source.place)
        try:
            yield
        except BaseException:
            await self._sign_ups.give_back(source.place)
            raise

    async def refresh(self, session_id: UUID, source: Source) -> None:
        """Count an exchange of a refresh token that names a session. Raises as `sign_up_try`.

        Whether the token is genuine is not known yet. So it counts for the session at that place:
        who only knows its id cannot use up its owner's.
        """
        await self._count(self._refreshes, str(session_id), source.place)

    async def _count(self, window: Window, *who: str) -> None:
        if wait := await window.take(*who):
            _log.warning("limited", reason=window.name, seconds=wait)
            raise TooManyAttempts.until(wait)
