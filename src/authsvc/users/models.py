"""The table of users."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlmodel import Field

from authsvc.core.model import Instant, Table


class User(Table, table=True):
    """A person who can sign in. `id` is the `sub` of their tokens and is never given out again."""

    __tablename__ = "users"

    id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254, unique=True)
    name: str | None = Field(default=None, max_length=100)
    password_hash: str = Field(max_length=512, repr=False)
    # Counts the passwords, so that a sign-in with one notices when it was changed meanwhile.
    password_generation: int = 0
    email_verified: bool = False
    is_active: bool = True
    roles: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
    updated_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
