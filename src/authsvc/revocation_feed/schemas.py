"""The wire models of the feed of ended sessions."""

from collections.abc import Iterable
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from authsvc.core.schemas import Timestamp
from authsvc.revocations.repository import Revoked

_EXAMPLE: JsonDict = {
    "sid": "3f0e0c1d-e2b0-4b19-a7b1-5d4c8e6f0a12",
    "expires_at": "2026-11-23T10:15:00Z",
}


class RevocationItem(BaseModel):
    """An ended session; after `expires_at` no access token of it is in time any more."""

    sid: UUID
    expires_at: Timestamp


class RevocationPage(BaseModel):
    """What has ended since the last cursor, and the cursor to ask with next."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"cursor": "1204", "items": [_EXAMPLE]}}
    )

    cursor: str
    items: list[RevocationItem]

    @classmethod
    def of(cls, cursor: int, revoked: Iterable[Revoked]) -> "RevocationPage":
        """Show a page and where to read on."""
        return cls(
            cursor=str(cursor),
            items=[
                RevocationItem(sid=entry.session_id, expires_at=entry.expires_at)
                for entry in revoked
            ],
        )
