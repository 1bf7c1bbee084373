"""The table of revocations."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer
from sqlmodel import Field

from authsvc.core.model import Instant, Table


class Revocation(Table, table=True):
    """A session that has ended while access tokens of it are still in time, until `expires_at`.

    Not a foreign key: a user who is deleted takes the session's row along, and not this one.
    """

    __tablename__ = "revocations"
    # Without it SQLite gives the ids of deleted rows out again, and readers go on from an id.
    __table_args__: ClassVar[Any] = {"sqlite_autoincrement": True}

    id: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
    )
    session_id: UUID
    expires_at: datetime = Field(sa_column=Column(Instant(), nullable=False, index=True))
