"""SQL for sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.sessions.errors import UserGone
from authsvc.sessions.models import Session


class SessionRepository:
    """Reads and writes the table `sessions` within one session of the database."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within `session`."""
        self._session = session

    async def get(self, session_id: UUID) -> Session | None:
        """Return the session of that id, live or ended."""
        return await self._session.get(Session, session_id)

    async def add(self, session: Session) -> None:
        """Store a new session.

        Raises:
            UserGone: If its user does not exist any more.

        """
        self._session.add(session)
        try:
            await self._session.flush()
        except IntegrityError:
            raise UserGone from None

    async def end(self, session_id: UUID, now: datetime) -> bool:
        """End a session. True if this call is what ended it."""
        statement = (
            update(Session)
            .where(col(Session.id) == session_id, col(Session.ended_at).is_(None))
            .values(ended_at=now)
            .returning(col(Session.id))
        )
        return (await self._session.exec(statement)).first() is not None

    async def end_all_of(self, user_id: UUID, now: datetime) -> int:
        """End every session of a user; return how many this call ended."""
        statement = (
            update(Session)
            .where(col(Session.user_id) == user_id, col(Session.ended_at).is_(None))
            .values(ended_at=now)
            .returning(col(Session.id))
        )
        return len((await self._session.exec(statement)).all())
