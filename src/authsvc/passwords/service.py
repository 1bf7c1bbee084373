"""Passwords for the rest of the service: every hashing job goes through the pool."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from authsvc.passwords.hasher import PasswordHasher, Verdict
from authsvc.passwords.policy import PasswordPolicy
from authsvc.passwords.pool import HashPool, Slot

T = TypeVar("T")

_WRONG = Verdict(is_right=False)


class PasswordService:
    """Checks, hashes and verifies passwords."""

    def __init__(self, hasher: PasswordHasher, pool: HashPool, policy: PasswordPolicy) -> None:
        """Work with these parts."""
        self._hasher = hasher
        self._pool = pool
        self.policy = policy
        # With the live parameters, so that it costs what a real one costs.
        self._decoy = hasher.decoy()

    def slot(self, place: str = "") -> AbstractContextManager[Slot]:
        """Take the slot of one `hash` or `verify`, for somebody at `place`.

        Raises:
            Busy: If too many are waiting.

        """
        return self._pool.slot(place)

    async def hash(self, password: str, slot: Slot | None = None) -> str:
        """Hash a new password, in a slot taken before.

        Raises:
            Busy: Without one, if too many are waiting.

        """
        return await self._run(lambda: self._hasher.hash(password), slot)

    async def verify(self, password: str, stored: str | None, slot: Slot | None = None) -> Verdict:
        """Check a password, in a slot taken before.

        Without a stored hash the same work is done and the answer is no.

        Raises:
            Busy: Without a slot, if too many are waiting.

        """
        verdict = await self._run(lambda: self._verified(password, stored or self._decoy), slot)
        return verdict if stored else _WRONG

    async def _run(self, job: Callable[[], T], slot: Slot | None) -> T:
        return await (slot.run(job) if slot else self._pool.run(job))

    def _verified(self, password: str, stored: str) -> Verdict:
        verdict = self._hasher.verify(password, stored)
        if not verdict.is_right and not self._hasher.is_present(stored):
            # A hash from elsewhere can be checked in no time, which would tell that it is there.
            self._hasher.verify(password, self._decoy)
        return verdict

    def is_known_hash(self, stored: str) -> bool:
        """Tell whether a hash made elsewhere can be verified here."""
        return self._hasher.is_known(stored)
