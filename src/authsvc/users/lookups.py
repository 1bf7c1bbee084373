"""Reads of users that many requests share: whoever asks while a query runs is in the next one.

A profile is one row by its key; a query for each costs far more than the row. Nobody gets an answer
that is older than their question: it goes into a query that has not begun.
"""

import asyncio
from uuid import UUID

from authsvc.core.database import Database
from authsvc.users.repository import Account, UserRepository

# Rows of one query. Beyond that the others wait for the next one.
_MOST = 500

_Waiting = asyncio.Future[Account | None]


class UserLookups:
    """Looks users up by id, for all requests of a process."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database
        self._waiting: dict[UUID, _Waiting] = {}
        self._reading: asyncio.Task[None] | None = None

    async def get(self, user_id: UUID) -> Account | None:
        """Return the user of that id, as they are now.

        Raises:
            Unavailable: If the database does not answer.

        """
        waiting = self._waiting.get(user_id)
        if waiting is None:
            waiting = asyncio.get_running_loop().create_future()
            # Asked for its outcome here too: those who wait may all have gone away.
            waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._waiting[user_id] = waiting
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        # Shielded: who goes away must not take the answer from the others.
        return await asyncio.shield(waiting)

    async def _read(self) -> None:
        try:
            while self._waiting:
                ids = [*self._waiting][:_MOST]
                asked = {user_id: self._waiting.pop(user_id) for user_id in ids}
                await self._answer(asked)
        finally:
            self._reading = None

    async def _answer(self, asked: dict[UUID, _Waiting]) -> None:
        try:
            async with self._database.reading() as session:
                found = await UserRepository(session).of_ids(asked)
        except asyncio.CancelledError:
            for waiting in asked.values():
                waiting.cancel()
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is theirs who wait
            for waiting in asked.values():
                waiting.set_exception(fault)
            return
        for user_id, waiting in asked.items():
            waiting.set_result(found.get(user_id))
