"""SQL for sessions. An ending is written down for the feed in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import ColumnElement, case, literal
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.core.database import on_commit
from authsvc.core.model import Instant
from authsvc.revocations.feed import RevocationFeed
from authsvc.revocations.repository import RevocationRepository
from authsvc.sessions.errors import UserGone
from authsvc.sessions.models import Session
from authsvc.sessions.statements import KEEP, ROTATE, live

# For so long a session is remembered: while it is, its tokens are told that it has ended, and not
# that they are no tokens at all, and its owner cannot be locked out where it was used.
REMEMBERED = timedelta(days=30)
_MOST_ADDRESSES = 200


class SessionRepository:
    """Reads and writes the table `sessions` within one session of the database."""

    def __init__(self, session: AsyncSession, feed: RevocationFeed | None = None) -> None:
        """Work within `session`; `feed` is told of endings when they are committed."""
        self._session = session
        self._feed = feed

    async def get(self, session_id: UUID) -> Session | None:
        """Return the session of that id as it is now, live or ended."""
        return await self._session.get(Session, session_id, populate_existing=True)

    async def live_of(self, user_id: UUID, now: datetime) -> Sequence[Session]:
        """Return a user's live sessions, the one that was used last first."""
        statement = (
            select(Session)
            .where(Session.user_id == user_id, *live(now))
            .order_by(col(Session.last_used_at).desc(), col(Session.id))
        )
        return (await self._session.exec(statement)).all()

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

    async def rotate(
        self,
        session_id: UUID,
        generation: int,
        now: datetime,
        *,
        ip: str,
        user_agent: str,
        expires_at: datetime,
        access_expires_at: datetime,
    ) -> Session | None:
        """Move a live session of that generation on to the next one, in one statement.

        Of any number that come at once with one generation, one succeeds.

        Args:
            session_id: Which session.
            generation: The generation it must be of.
            now: The instant it must be live at; kept as that of its use.
            ip: Where it is used from.
            user_agent: What with.
            expires_at: Its new end.
            access_expires_at: When its new access token expires. A later one is kept in mind.

        Returns:
            The new row; None if the session is not live, or of another generation.

        """
        values = {
            "ip": ip,
            "user_agent": user_agent,
            "expires_at": expires_at,
            "access_expires_at": access_expires_at,
        }
        return await self._advance(ROTATE, session_id, generation, now, values)

    async def keep(
        self, session_id: UUID, generation: int, now: datetime, *, access_expires_at: datetime
    ) -> Session | None:
        """Keep in mind one more access token of a live session, if it still is of that generation.

        Arguments and return value are those of `rotate`.
        """
        values = {"access_expires_at": access_expires_at}
        return await self._advance(KEEP, session_id, generation, now, values)

    async def recent_addresses(self, user_id: UUID, since: datetime) -> Sequence[str]:
        """Return where a user's sessions were last used from, of live and ended ones."""
        statement = (
            select(Session.ip)
            .where(col(Session.user_id) == user_id, col(Session.last_used_at) >= since)
            .order_by(col(Session.last_used_at).desc())
            .limit(_MOST_ADDRESSES)
        )
        return (await self._session.exec(statement)).all()

    async def end(self, session_id: UUID, now: datetime) -> bool:
        """End a session. True if this call is what ended it."""
        return bool(await self._end(now, col(Session.id) == session_id))

    async def end_one_of(self, user_id: UUID, session_id: UUID, now: datetime) -> bool:
        """End a session if it is live and the user's own. True if it was."""
        own = (col(Session.id) == session_id, col(Session.user_id) == user_id)
        return bool(await self._end(now, *own, col(Session.expires_at) > now))

    async def end_all_of(self, user_id: UUID, now: datetime, but: UUID | None = None) -> int:
        """End every session of a user, or every one but one; return how many this call ended."""
        others = () if but is None else (col(Session.id) != but,)
        return await self._end(now, col(Session.user_id) == user_id, *others)

    async def purge(self, before: datetime, most: int) -> int:
        """Delete up to `most` sessions that ended or expired before an instant; return how many."""
        outdated = select(Session.id).where(col(Session.expires_at) <= before).limit(most)
        result = await self._session.exec(delete(Session).where(col(Session.id).in_(outdated)))
        return result.rowcount

    async def _advance(
        self,
        statement: ReturningUpdate[Session],
        session_id: UUID,
        generation: int,
        now: datetime,
        values: Mapping[str, object],
    ) -> Session | None:
        """Run one of the prepared updates.

        Where it changes nothing the transaction begins anew: PostgreSQL has locked the row before
        it compared once more, and who goes on to end the session takes the turn for revocations
        before any row.
        """
        given = {"of_id": session_id, "of_generation": generation, "now": now, **values}
        result = await self._session.exec(statement, params=given)
        advanced: Session | None = result.scalar_one_or_none()
        if advanced is None:
            await self._session.rollback()
        return advanced

    async def _end(self, now: datetime, *which: ColumnElement[bool]) -> int:
        statement = (
            update(Session)
            .where(*which, col(Session.ended_at).is_(None))
            # The end is its expiry too: purging looks at one column.
            .values(ended_at=now, expires_at=_earlier(now))
            .returning(col(Session.id), col(Session.access_expires_at))
        )
        revocations = RevocationRepository(self._session)
        await revocations.open()
        ended = [(row[0], row[1]) for row in (await self._session.exec(statement)).all()]
        await revocations.add(ended)
        if self._feed:
            for session_id, expires_at in ended:
                on_commit(self._session, partial(self._feed.add, session_id, expires_at))
        return len(ended)


def _earlier(instant: datetime) -> ColumnElement[datetime]:
    stored = col(Session.expires_at)
    return case((stored < instant, stored), else_=literal(instant, Instant()))
