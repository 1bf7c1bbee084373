"""What the operator does to the ring by hand. Running processes follow within a second or two."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from authsvc.core.clock import Clock
from authsvc.core.database import Database, take_turn
from authsvc.keys.chores import Chores
from authsvc.keys.errors import KeyUnusable, NoSuchKey
from authsvc.keys.life import Life, lives
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.opening import open_row
from authsvc.keys.plan import AT_ONCE, KeyPolicy, next_signer
from authsvc.keys.repository import KeyRepository
from authsvc.keys.sealing import Sealer
from authsvc.keys.service import LOCK


@dataclass(frozen=True, slots=True)
class Retired:
    """What the end of a key has led to.

    Attributes:
        was_signing: Whether the key was the one that signs.
        successor: The key that signs now. None where the secret at hand is not the ring's, or the
            key itself was broken: then a process of the service makes one, as soon as it notices.
    """

    was_signing: bool
    successor: str | None = None


class KeyDesk:
    """Lists keys, makes the next one, and drops one that has leaked."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock, policy: KeyPolicy) -> None:
        """Work on the ring in `database`."""
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._policy = policy

    async def survey(self) -> Sequence[Life]:
        """Tell the lives of all keys of every algorithm, the newest first; retired ones last.

        Raises:
            Unavailable: If the database does not answer.

        """
        async with self._database.reading() as session:
            rows = sorted(await KeyRepository(session).every(), key=lambda row: row.alg)
        found: list[Life] = []
        for _, group in groupby(rows, key=lambda row: row.alg):
            found += lives(group)
        return [*found, *(Life(row, None) for row in rows if row.retired_at is not None)]

    async def rotate(self) -> Life:
        """Publish a new key, and return it. It signs once everybody has had time to fetch it.

        Raises:
            KeyUnusable: If a key of the ring does not open, or the operator's own key signs.
            Unavailable: If the database does not answer.

        """
        async with self._under_lock() as (repository, chores, now):
            rows = await repository.of_algorithm(self._policy.alg)
            self._check_all(rows)
            front = _front(rows, now)
            if self._policy.file or (front and front.row.erased_at is not None):
                raise KeyUnusable(
                    "The key that signs is your own. To rotate it, put another one in "
                    "AUTHSVC_SIGNING_KEY_FILE and restart."
                )
            row = await chores.make(self._policy.publish_ahead if front else AT_ONCE)
        return Life(row, None)

    async def retire(self, kid: str) -> Retired:
        """Drop a key at once. If it was signing, another one does from now on.

        Raises:
            NoSuchKey: If there is no such key, or it is retired already.
            Unavailable: If the database does not answer.

        """
        async with self._under_lock() as (repository, chores, now):
            row = await repository.get(kid)
            if row is None or row.retired_at is not None:
                state = "is retired already" if row else "does not exist"
                raise NoSuchKey(f"The key {kid} {state}. To see them all: authsvc keys list")
            front = _front(await repository.of_algorithm(row.alg), now)
            has_right_secret = self._opens(row)
            chores.retire(row)
            if row.alg != self._policy.alg or front is None or front.kid != kid:
                return Retired(was_signing=False)
            rest = lives(await repository.of_algorithm(self._policy.alg))
            if waiting := next_signer(rest, now):
                # Better than a new one: others know it already.
                waiting.row.signs_from = now
                return Retired(was_signing=True, successor=waiting.kid)
            if has_right_secret:
                made = await chores.make(AT_ONCE)
                return Retired(was_signing=True, successor=made.kid)
        return Retired(was_signing=True)

    @asynccontextmanager
    async def _under_lock(self) -> AsyncIterator[tuple[KeyRepository, Chores, datetime]]:
        async with self._database.writing() as session:
            await take_turn(session, LOCK)
            repository, now = KeyRepository(session), self._clock.now()
            yield repository, Chores(repository, self._sealer, self._policy, now), now

    def _opens(self, row: SigningKeyRow) -> bool:
        try:
            open_row(row, self._policy.alg, self._sealer)
        except KeyUnusable:
            return False
        return True

    def _check_all(self, rows: Sequence[SigningKeyRow]) -> None:
        """Under a wrong secret, make no key that the service could not open."""
        for row in rows:
            if row.retired_at is None:
                open_row(row, self._policy.alg, self._sealer)


def _front(rows: Sequence[SigningKeyRow], now: datetime) -> Life | None:
    return next((life for life in lives(rows) if life.row.signs_from <= now), None)
