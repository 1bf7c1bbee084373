"""The table of sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Uuid
from sqlmodel import Field

from authsvc.core.model import Instant, Table


class Session(Table, table=True):
    """One login. `id` is the `sid` of its tokens.

    Refresh tokens are derived from `salt` and `generation` and the application secret, so nothing
    in this row can be presented as a token.
    """

    __tablename__ = "sessions"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(
        sa_column=Column(
            Uuid(), ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
        )
    )
    salt: bytes = Field(max_length=32, repr=False)
    generation: int = 0
    scope: str = Field(max_length=512)
    ip: str = Field(max_length=45)
    user_agent: str = Field(max_length=256)
    created_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
    # When the present generation was made.
    rotated_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
    last_used_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
    # The earlier of the idle end, which refreshing moves, and the absolute end, which it does not.
    expires_at: datetime = Field(sa_column=Column(Instant(), nullable=False, index=True))
    absolute_expires_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
    # When the last of its access tokens is past its time.
    access_expires_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Instant(), nullable=True))

    def is_live(self, now: datetime) -> bool:
        """Tell whether the session has neither been ended nor expired."""
        return self.ended_at is None and now < self.expires_at
