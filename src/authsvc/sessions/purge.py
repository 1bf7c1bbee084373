"""The job that deletes what nobody asks about any more, so that the tables stay bounded."""

from datetime import timedelta

import structlog

from authsvc.core.clock import Clock
from authsvc.core.database import Database, try_turn
from authsvc.revocations.repository import RevocationRepository
from authsvc.sessions.repository import REMEMBERED, SessionRepository

_log = structlog.get_logger(__name__)

# Seconds between two runs of one process.
PURGE_EVERY = 300.0
# Clocks of several machines differ.
_MARGIN = timedelta(minutes=5)
# Rows in one transaction: few enough that nobody waits for it.
_BATCH = 500


class SessionPurge:
    """Deletes ended and expired sessions, and revocations that stopped to matter."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Work on `database`, in transactions of its own."""
        self._database = database
        self._clock = clock

    async def run(self) -> int:
        """Delete in small batches until nothing is left; return how many rows.

        One process at a time: where another one is at it, this one leaves it to that.
        """
        count = 0
        while deleted := await self._delete_some():
            count += deleted
        if count:
            _log.info("sessions_purged", count=count)
        return count

    async def _delete_some(self) -> int:
        now = self._clock.now()
        async with self._database.writing() as session:
            if not await try_turn(session, "purge"):
                return 0
            sessions = await SessionRepository(session).purge(now - REMEMBERED, _BATCH)
            return sessions + await RevocationRepository(session).purge(now - _MARGIN, _BATCH)
