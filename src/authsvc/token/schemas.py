"""The wire models of `/auth/token`: a form in, a token response out (RFC 6749 §4.3, §5.1, §6)."""

from pydantic import BaseModel, ConfigDict

from authsvc.core.forms import described

_REFRESH_TOKEN = "r1.3f0e0c1de2b04b19a7b15d4c8e6f0a12.0.q3fVb7TzPfLd8sNb3GjUe6A7RvK2yq0mWc9Xh4s1o0E"

TOKEN_FORM = described(
    {
        "grant_type": {"type": "string", "enum": ["password", "refresh_token"]},
        "username": {
            "type": "string",
            "format": "email",
            "description": "With `password`: the e-mail.",
        },
        "password": {
            "type": "string",
            "format": "password",
            "description": "With `password`.",
        },
        "refresh_token": {"type": "string", "description": "With `refresh_token`."},
        "scope": {"type": "string", "description": "Space-separated; `profile`."},
    },
    needs=["grant_type"],
    examples={
        "password": {
            "summary": "Sign in",
            "value": {
                "grant_type": "password",
                "username": "ada@example.com",
                "password": "a fern under seven moons",
            },
        },
        "refresh_token": {
            "summary": "Renew",
            "value": {"grant_type": "refresh_token", "refresh_token": _REFRESH_TOKEN},
        },
    },
)


class TokenResponse(BaseModel):
    """A pair of tokens. `expires_in` counts the seconds of the access token."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.MEUCIQ",
                "token_type": "Bearer",
                "expires_in": 900,
                "refresh_token": _REFRESH_TOKEN,
                "scope": "profile",
            }
        }
    )

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    refresh_token: str
    scope: str
