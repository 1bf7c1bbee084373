"""The wire models of one's own sessions. No token, hash or salt ever stands in them."""

from collections.abc import Iterable
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

from authsvc.core.schemas import Timestamp
from authsvc.sessions.models import Session

_EXAMPLE: JsonDict = {
    "id": "3f0e0c1d-e2b0-4b19-a7b1-5d4c8e6f0a12",
    "created_at": "2026-11-23T10:00:00Z",
    "last_used_at": "2026-11-23T10:14:00Z",
    "expires_at": "2026-11-30T10:14:00Z",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "is_current": True,
}


class SessionItem(BaseModel):
    """A live session: where and when it was used last, and when it ends if it is not used again."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: UUID
    created_at: Timestamp
    last_used_at: Timestamp
    expires_at: Timestamp
    ip: str
    user_agent: str
    is_current: bool


class SessionList(BaseModel):
    """One's own live sessions, the one that was used last first."""

    model_config = ConfigDict(json_schema_extra={"example": {"items": [_EXAMPLE]}})

    items: list[SessionItem]

    @classmethod
    def of(cls, sessions: Iterable[Session], current: UUID) -> "SessionList":
        """Show sessions, and which of them asks."""
        return cls(
            items=[
                SessionItem(
                    id=session.id,
                    created_at=session.created_at,
                    last_used_at=session.last_used_at,
                    expires_at=session.expires_at,
                    ip=session.ip,
                    user_agent=session.user_agent,
                    is_current=session.id == current,
                )
                for session in sessions
            ]
        )
