"""The table of signing keys."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from authsvc.core.model import Instant, Table


class SigningKeyRow(Table, table=True):
    """One signing key. What signs is only ever stored sealed."""

    __tablename__ = "signing_keys"

    kid: str = Field(primary_key=True, max_length=64)
    alg: str = Field(max_length=16)
    sealed_key: str = Field(max_length=8192, repr=False)
    created_at: datetime = Field(sa_column=Column(Instant(), nullable=False))
