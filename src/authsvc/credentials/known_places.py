"""From where somebody has signed in before. Strangers elsewhere cannot lock such a place out."""

from uuid import uuid4

from authsvc.core.address import Source
from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.sessions.repository import REMEMBERED, SessionRepository
from authsvc.users.repository import UserRepository


class KnownPlaces:
    """Reads it from the sessions that are remembered, live or ended."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Read from `database`."""
        self._database = database
        self._clock = clock

    async def include(self, source: Source, email: str) -> bool:
        """Tell whether a session of that account was last used where `source` is.

        Raises:
            Unavailable: If the database does not answer.

        """
        async with self._database.reading() as session:
            user = await UserRepository(session).by_email(email)
            # The same questions for an account that does not exist.
            recent = await SessionRepository(session).recent_addresses(
                user.id if user else uuid4(), self._clock.now() - REMEMBERED
            )
        return source.place in {Source(address).place for address in recent}
