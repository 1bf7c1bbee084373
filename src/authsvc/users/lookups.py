"""Reads of users that many requests share: whoever asks while a query runs is in the next one.

A profile is one row by its key; a query for each costs far more than the row. And a thousand who
sign in at once need one connection, not a thousand turns at a few. Nobody gets an answer that is
older than their question: it goes into a query that has not begun.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Generic, TypeVar
from uuid import UUID

from authsvc.core.database import Database
from authsvc.users.models import User
from authsvc.users.repository import Account, AccountRepository, UserRepository

K = TypeVar("K")
V = TypeVar("V")

# Rows of one query. Beyond that the others wait for the next one.
_MOST = 500


class _SharedReads(ABC, Generic[K, V]):
    """Looks users up by a key, for all requests of a process."""

    def __init__(self, database: Database) -> None:
        """Read from `database`."""
        self._database = database
        self._waiting: defaultdict[K, list[asyncio.Future[V | None]]] = defaultdict(list)
        self._reading: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """Return the user of that key, as they are now. It is shared: only read it.

        Raises:
            Unavailable: If the database does not answer.

        """
        # One's own: who goes away takes the answer from nobody else.
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting[key].append(answer)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await answer

    async def _read(self) -> None:
        try:
            while self._waiting:
                keys = [*self._waiting][:_MOST]
                await self._answer({key: self._waiting.pop(key) for key in keys})
        finally:
            self._reading = None

    @abstractmethod
    async def _find(self, keys: Collection[K]) -> Mapping[K, V]:
        """Read those of `keys` that there are, with one query."""

    async def _answer(self, asked: Mapping[K, Collection[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._find(asked.keys())
        except asyncio.CancelledError:
            for answer in _open(asked):
                answer.cancel()
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is theirs who wait
            for answer in _open(asked):
                answer.set_exception(fault)
                # Asked for here, too: who waits may go away at this very moment.
                answer.exception()
            return
        for key, answers in asked.items():
            user = found.get(key)
            for answer in answers:
                if not answer.done():
                    answer.set_result(user)


def _open(asked: Mapping[K, Iterable[asyncio.Future[V]]]) -> Iterator[asyncio.Future[V]]:
    """Return those that somebody still waits for."""
    return (answer for answers in asked.values() for answer in answers if not answer.done())


class UserLookups(_SharedReads[UUID, Account]):
    """Looks users up by id."""

    async def _find(self, keys: Collection[UUID]) -> Mapping[UUID, Account]:
        async with self._database.looking() as connection:
            return await AccountRepository(connection).of_ids(keys)


class EmailLookups(_SharedReads[str, User]):
    """Looks users up by their address in canonical form, with the password's hash."""

    async def _find(self, keys: Collection[str]) -> Mapping[str, User]:
        async with self._database.reading() as session:
            return await UserRepository(session).of_emails(keys)
