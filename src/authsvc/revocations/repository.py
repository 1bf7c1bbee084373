"""SQL for revocations."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, delete, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.core.database import take_turn
from authsvc.revocations.models import Revocation


class Revoked(NamedTuple):
    """One entry of the feed.

    Attributes:
        id: Grows in the order of commits, so that a reader can go on from the last one it has seen.
        session_id: The session that has ended.
        expires_at: When its last access token is past its time, and this stops to matter.
    """

    id: int
    session_id: UUID
    expires_at: datetime


class RevocationRepository:
    """Reads and writes the table `revocations` within one session of the database."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within `session`."""
        self._session = session

    async def open(self) -> None:
        """Take one's turn at adding, until the transaction ends; before any session is locked.

        Ids are given out when a row is written, and show when it is committed. One at a time they
        show in their order, and no reader passes one by.
        """
        await take_turn(self._session, "revocations")

    async def add(self, ended: Iterable[tuple[UUID, datetime]]) -> None:
        """Write down sessions that end with this transaction, and when their tokens do."""
        rows = [{"session_id": sid, "expires_at": expires_at} for sid, expires_at in ended]
        if rows:
            # As parameters, in batches: a statement has room for only so many values.
            await self._session.exec(insert(Revocation), params=rows)

    async def since(self, cursor: int, horizon: datetime, most: int) -> Sequence[Revoked]:
        """Return what is later than `cursor` and matters after `horizon`, in order."""
        statement = (
            select(Revocation.id, Revocation.session_id, Revocation.expires_at)
            .where(col(Revocation.id) > cursor, col(Revocation.expires_at) > horizon)
            .order_by(col(Revocation.id))
            .limit(most)
        )
        return [Revoked(*row) for row in await self._session.exec(statement)]

    async def purge(self, before: datetime, most: int) -> int:
        """Delete up to `most` rows that stopped to matter before an instant; return how many."""
        outdated = select(Revocation.id).where(col(Revocation.expires_at) <= before).limit(most)
        result = await self._session.exec(
            delete(Revocation).where(col(Revocation.id).in_(outdated))
        )
        return result.rowcount
