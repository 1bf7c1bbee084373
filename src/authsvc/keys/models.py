"""The table of signing keys."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from authsvc.core.model import Instant, Table


class SigningKeyRow(Table, table=True):
    """One key of the ring. Its material is only ever stored sealed.

    Instants and no state: what a key does is read off the clock, see `life.py`.

    Attributes:
        kid: RFC 7638 thumbprint.
        sealed_key: What signs; once it no longer does, the public half; empty when retired.
        created_at: Since when it is published.
        signs_from: When it begins to sign, until the next one does.
        longest_ttl: Seconds that the longest-lived of its tokens can last.
        erased_at: Since when nothing that signs is stored.
        retired_at: Since when nothing is accepted under it any more, by the operator's word.
    """

    __tablename__ = "signing_keys"

    kid: str = Field(primary_key=True, max_length=64)
    alg: str = Field(max_length=16)
    sealed_key: str = Field(max_length=8192, repr=False)
    created_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
    signs_from: datetime = Field(sa_column=Column(Instant(), nullable=False))
    longest_ttl: int
    erased_at: datetime | None = Field(default=None, sa_column=Column(Instant(), nullable=True))
    retired_at: datetime | None = Field(default=None, sa_column=Column(Instant(), nullable=True))
