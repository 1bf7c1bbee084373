"""The copy in memory: every process asks it about each token, and no query is made for that.

A process knows its own endings with their commit, and those of others by a small query twice a
second. Where that query has failed for too long the feed is blind and says so: the verifier then
asks the database about each session, and readiness turns red.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.revocations.repository import RevocationRepository

_log = structlog.get_logger(__name__)

# Seconds between two looks: with the query itself still within the promised second.
POLL_EVERY = 0.5
# Seconds without a successful look after which the copy is not trusted any more.
_BLIND_AFTER = 2.0
_PAGE = 10_000
# An ending is kept a little longer than it matters: clocks are set back, too.
MARGIN = timedelta(seconds=60)


class RevocationFeed:
    """The sessions that have ended while their access tokens are in time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Start blind; the first `poll` fetches everything."""
        self._database = database
        self._clock = clock
        self._ended: dict[UUID, datetime] = {}
        self._looked_at: float | None = None
        self._was_blind = True
        self._cursor = 0

    def has(self, session_id: UUID) -> bool:
        """Tell whether a session is known to have ended."""
        return session_id in self._ended

    def add(self, session_id: UUID, expires_at: datetime) -> None:
        """Take over an ending that this process has just committed."""
        self._ended[session_id] = expires_at

    @property
    def is_current(self) -> bool:
        """Whether the copy can be trusted: the last successful look is recent."""
        return self._looked_at is not None and self.age < _BLIND_AFTER

    @property
    def age(self) -> float:
        """Seconds since the last successful look."""
        return self._clock.monotonic() - (self._looked_at or 0.0)

    async def poll(self) -> None:
        """Look for endings that other processes have committed.

        Raises:
            Unavailable: If the database does not answer.

        """
        began = self._clock.monotonic()
        if not self._was_blind and not self.is_current:
            self._was_blind = True
            _log.warning("revocation_feed_blind")
        horizon = self._clock.now() - MARGIN
        await self._read_on(horizon)
        self._forget(horizon)
        self._looked_at = began
        if self._was_blind:
            self._was_blind = False
            _log.info("revocation_feed_current", count=len(self._ended))

    async def _read_on(self, horizon: datetime) -> None:
        async with self._database.reading() as session:
            repository = RevocationRepository(session)
            while page := await repository.since(self._cursor, horizon, _PAGE):
                self._ended.update((entry.session_id, entry.expires_at) for entry in page)
                self._cursor = page[-1].id
                if len(page) < _PAGE:
                    break

    def _forget(self, horizon: datetime) -> None:
        for session_id in [sid for sid, until in self._ended.items() if until <= horizon]:
            del self._ended[session_id]
