"""The wire models of signing in with cookies. No token ever stands in them."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from authsvc.core.schemas import RequestModel, Timestamp
from authsvc.grants.service import Grant
from authsvc.passwords.policy import Password
from authsvc.users.email import EmailAddress
from authsvc.users.schemas import ProfileResponse


class LoginRequest(RequestModel):
    """Who, and the proof."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"email": "ada@example.com", "password": "a fern under seven moons"}
        }
    )

    email: EmailAddress
    password: Password


class SessionResponse(BaseModel):
    """The session that signing in has started. It ends at `expires_at` unless refreshed."""

    id: UUID
    created_at: Timestamp
    expires_at: Timestamp


class LoginResponse(BaseModel):
    """Who signed in, and until when the cookies are good."""

    profile: ProfileResponse
    session: SessionResponse
    access_expires_at: Timestamp

    @classmethod
    def of(cls, grant: Grant) -> "LoginResponse":
        """Show a fresh grant without its tokens."""
        return cls(
            profile=ProfileResponse.of(grant.user),
            session=SessionResponse.model_validate(grant.session, from_attributes=True),
            access_expires_at=grant.access.expires_at,
        )
