"""The wire models of introspection: a form in, the token's claims out (RFC 7662 §2)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from authsvc.core.forms import described
from authsvc.tokens.claims import Claims

INTROSPECTION_FORM = described(
    {
        "token": {"type": "string", "description": "An access token."},
        "token_type_hint": {"type": "string", "description": "Not needed."},
    },
    needs=["token"],
    example={"token": "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.MEUCIQ"},
)


class InactiveToken(BaseModel):
    """Not a token to act on, for whatever reason. Nothing else is said about it."""

    model_config = ConfigDict(json_schema_extra={"example": {"active": False}})

    active: Literal[False] = False


class ActiveToken(BaseModel):
    """An access token that is genuine and in time, and whose session stands: what it says."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "active": True,
                "token_type": "Bearer",
                "iss": "http://localhost:8000",
                "sub": "7f0c1c2e-54b1-4a52-8a3b-5b0f2f6f1c11",
                "aud": "authsvc",
                "exp": 1795341600,
                "iat": 1795340700,
                "jti": "0b7e5c1e-3a5c-4b0e-9a57-6e3f0f6a1d2c",
                "sid": "3f0e0c1d-e2b0-4b19-a7b1-5d4c8e6f0a12",
                "client_id": "authsvc",
                "scope": "profile",
                "auth_time": 1795340700,
                "amr": ["pwd"],
            }
        }
    )

    active: Literal[True] = True
    token_type: str = "Bearer"
    iss: str
    sub: str
    aud: str | list[str]
    exp: int
    iat: int
    jti: str
    sid: str
    client_id: str
    scope: str
    auth_time: int
    amr: list[str]

    @classmethod
    def of(cls, claims: Claims) -> "ActiveToken":
        """Show what a verified token says."""
        said = claims.model_dump(mode="json", exclude={"nbf"})
        return cls.model_validate(said)
