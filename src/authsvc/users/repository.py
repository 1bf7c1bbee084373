"""SQL for users."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, cast
from sqlalchemy import select as select_columns
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.users.errors import EmailTaken
from authsvc.users.models import User


class Account(NamedTuple):
    """A user as they may see themselves: plain columns, for reading only.

    Attributes:
        roles_json: As stored: a row that cannot be read is a fault for its owner, and for nobody
            whose row is read along with it.
    """

    id: UUID
    email: str
    name: str | None
    email_verified: bool
    is_active: bool
    created_at: datetime
    updated_at: datetime
    roles_json: str

    @property
    def roles(self) -> list[str]:
        """What the user may be let do, by name."""
        return json.loads(self.roles_json)  # type: ignore[no-any-return]


# What every login, refresh and profile asks, built once: building takes as long as running it.
_COLUMNS = User.__table__.c  # type: ignore[attr-defined]
_ACCOUNTS = select_columns(
    *(_COLUMNS[name] for name in Account._fields if name != "roles_json"),
    cast(_COLUMNS.roles, Text).label("roles_json"),
)
_ACCOUNTS_OF_IDS = {
    "sqlite": _ACCOUNTS.where(col(User.id).in_(bindparam("ids", expanding=True))),
    # One text for any number of ids: nothing is written, or prepared, for each number anew.
    "postgresql": _ACCOUNTS.where(col(User.id) == any_(bindparam("ids", type_=ARRAY(Uuid)))),
}
_OF_EMAILS = select(User).where(col(User.email).in_(bindparam("emails", expanding=True)))
_HELD = (
    select(User)
    .where(col(User.id) == bindparam("of_id"))
    .with_for_update(read=True)
    .execution_options(populate_existing=True)
)


class AccountRepository:
    """Reads the table `users` over one connection, for those who only look."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work over `connection`."""
        self._connection = connection

    async def of_ids(self, user_ids: Iterable[UUID]) -> Mapping[UUID, Account]:
        """Return those of several users that exist, by their ids."""
        statement = _ACCOUNTS_OF_IDS[self._connection.dialect.name]
        rows = await self._connection.execute(statement, {"ids": [*user_ids]})
        return {row[0]: Account._make(row) for row in rows}


class UserRepository:
    """Reads and writes the table `users` within one session."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within `session`."""
        self._session = session

    async def get(self, user_id: UUID) -> User | None:
        """Return the user of that id."""
        return await self._session.get(User, user_id)

    async def hold(self, user_id: UUID) -> User | None:
        """Return the user as they are now, and keep them so until the transaction ends.

        Others may hold the user at the same time. Whoever changes or deletes the user waits, and
        then sees what the holders have written.
        """
        return (await self._session.exec(_HELD, params={"of_id": user_id})).one_or_none()

    async def by_email(self, email: str) -> User | None:
        """Return the user of that address, given in canonical form."""
        return (await self._session.exec(select(User).where(User.email == email))).first()

    async def of_emails(self, emails: Iterable[str]) -> Mapping[str, User]:
        """Return those of several users that exist, by their addresses."""
        users = await self._session.exec(_OF_EMAILS, params={"emails": [*emails]})
        return {user.email: user for user in users}

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

    async def set_password(
        self, user_id: UUID, generation: int, password_hash: str, now: datetime
    ) -> bool:
        """Store a new password's hash, unless the password was changed since that generation."""
        statement = (
            update(User)
            .where(col(User.id) == user_id, col(User.password_generation) == generation)
            .values(password_hash=password_hash, password_generation=generation + 1, updated_at=now)
            .returning(col(User.id))
        )
        return (await self._session.exec(statement)).first() is not None

    async def lock(self, user_id: UUID) -> bool:
        """Keep everybody else from the user until the transaction ends. False without the user."""
        statement = select(User.id).where(User.id == user_id).with_for_update()
        return (await self._session.exec(statement)).first() is not None

    async def delete(self, user_id: UUID) -> None:
        """Delete a user, with the rows that are theirs. Their sessions must have been ended."""
        await self._session.exec(delete(User).where(col(User.id) == user_id))

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
