"""Hashers that count their work or wait to be let go, and how to build them into an application."""

import asyncio
import threading
from dataclasses import replace

from fastapi import FastAPI

from authsvc.core.database import Database
from authsvc.passwords.hasher import HashParameters, PasswordHasher, Verdict
from authsvc.passwords.service import PasswordService
from authsvc.users.repository import UserRepository
from factories import cheap_hashes


class CountingHasher(PasswordHasher):
    """Notes against which hashes it has verified, and how often it has hashed."""

    def __init__(self, parameters: HashParameters = cheap_hashes) -> None:
        """Begin with nothing noted."""
        super().__init__(parameters)
        self.verified: list[str] = []
        self.hashed = 0

    def hash(self, password: str) -> str:
        """Hash, and count it."""
        self.hashed += 1
        return super().hash(password)

    def verify(self, password: str, stored: str) -> Verdict:
        """Verify, and note against what."""
        self.verified.append(stored)
        return super().verify(password, stored)

    def forget(self) -> None:
        """Begin anew."""
        self.verified, self.hashed = [], 0


class HeldHasher(CountingHasher):
    """Once closed, begins no work before it is opened again."""

    def __init__(self) -> None:
        """Begin open."""
        super().__init__()
        self._is_open = threading.Event()
        self._is_open.set()
        self._arrived = threading.Semaphore(0)

    def close(self) -> None:
        """Hold whatever comes from now on."""
        self._is_open.clear()

    def open(self) -> None:
        """Let everything pass."""
        self._is_open.set()

    async def is_reached(self) -> None:
        """Wait until one more job is being held."""
        assert await asyncio.to_thread(self._arrived.acquire, timeout=10)

    def verify(self, password: str, stored: str) -> Verdict:
        """Verify when it is time."""
        if not self._is_open.is_set():
            self._arrived.release()
            assert self._is_open.wait(10)
        return super().verify(password, stored)


def build_in(app: FastAPI, hasher: PasswordHasher) -> None:
    """Have a running application hash with `hasher` from now on, in its own pool."""
    tools = app.state.credential_tools
    passwords = PasswordService(hasher, tools.passwords._pool, tools.passwords.policy)
    app.state.credential_tools = replace(tools, passwords=passwords)


async def set_columns(database: Database, email: str, **values: object) -> None:
    """Change columns of a user from outside, without touching `updated_at`."""
    async with database.writing() as session:
        users = UserRepository(session)
        user = await users.by_email(email)
        assert user is not None
        await users.change(user.id, user.updated_at, **values)


async def stored_hash(database: Database, email: str = "ada@example.com") -> str:
    """Return a user's stored password hash."""
    async with database.reading() as session:
        user = await UserRepository(session).by_email(email)
    assert user is not None
    return user.password_hash
