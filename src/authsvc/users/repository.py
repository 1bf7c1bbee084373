"""SQL for users."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.users.errors import EmailTaken
from authsvc.users.models import User


class UserRepository:
    """Reads and writes the table `users` within one session."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within `session`."""
        self._session = session

    async def get(self, user_id: UUID) -> User | None:
        """Return the user of that id."""
        return await self._session.get(User, user_id)

    async def by_email(self, email: str) -> User | None:
        """Return the user of that address, given in canonical form."""
        return (await self._session.exec(select(User).where(User.email == email))).first()

    async def every(self) -> Sequence[User]:
        """Return all users, the oldest first."""
        return (await self._session.exec(select(User).order_by(col(User.created_at)))).all()

    async def add(self, user: User) -> None:
        """Store a new user.

        Raises:
            EmailTaken: If the address is stored already. The constraint decides, so of any number
                that come at once one wins.

        """
        self._session.add(user)
        try:
            await self._session.flush()
        except IntegrityError:
            raise EmailTaken from None

    async def change(self, user_id: UUID, now: datetime, **values: object) -> User | None:
        """Set columns of one user and return the new row, or None if there is no such user."""
        statement = (
            update(User)
            .where(col(User.id) == user_id)
            .values(**values, updated_at=now)
            .returning(User)
        )
        result = await self._session.exec(statement, execution_options={"populate_existing": True})
        return result.scalar_one_or_none()

    async def replace_hash(self, user_id: UUID, old: str, new: str) -> None:
        """Replace a password hash by a stronger one of the same password.

        Does nothing if the password was changed meanwhile.
        """
        statement = (
            update(User)
            .where(col(User.id) == user_id, col(User.password_hash) == old)
            .values(password_hash=new)
        )
        await self._session.exec(statement)
