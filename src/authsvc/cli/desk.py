"""Where commands about accounts do their work: the services within one transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from authsvc.cli.workshop import Refused, settings_for_command, workshop
from authsvc.credentials.service import CredentialService
from authsvc.parts import Parts
from authsvc.sessions.repository import SessionRepository
from authsvc.users.email import canonical_email
from authsvc.users.models import User
from authsvc.users.repository import UserRepository


@dataclass(frozen=True, slots=True)
class Desk:
    """The services within one transaction."""

    parts: Parts
    users: UserRepository
    sessions: SessionRepository
    credentials: CredentialService

    async def find(self, email: str) -> User:
        """Return the account of an address, or refuse."""
        user = await self.users.by_email(canonical(email))
        if user is None:
            raise Refused(f"There is no account {email}.")
        return user

    async def disable(self, user: User) -> int:
        """Keep a user out, and end every session of theirs; return how many."""
        # The user first: whoever signs in at this moment waits, or is ended below.
        await self.users.change(user.id, self.parts.clock.now(), is_active=False)
        return await self.end_sessions(user)

    async def end_sessions(self, user: User) -> int:
        """End every session of a user; return how many."""
        return await self.sessions.end_all_of(user.id, self.parts.clock.now())


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """Open the database for one transaction, committed at the end of the block."""
    async with workshop(settings_for_command()) as parts, desk_of(parts) as opened:
        yield opened


@asynccontextmanager
async def desk_of(parts: Parts) -> AsyncIterator[Desk]:
    """Do the same with parts that are open already."""
    async with parts.database.writing() as session:
        users = UserRepository(session)
        credentials = CredentialService(users, parts.credential_tools)
        yield Desk(parts, users, SessionRepository(session), credentials)


def canonical(email: str) -> str:
    """Bring an address into the form it is stored in, or refuse."""
    try:
        return canonical_email(email)
    except ValueError as fault:
        raise Refused(f"{fault}.") from None
