"""The wire models of `/auth/token`: a form in, a token response out (RFC 6749 §4.3, §5.1)."""

from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict

from authsvc.core.oauth import InvalidRequest

_MOST_FIELDS = 20

# Written by hand, because the form is read by hand: OAuth wants doubled parameters refused and
# unknown ones ignored, and its own error shape for both.
TOKEN_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {
                "type": "object",
                "required": ["grant_type", "username", "password"],
                "properties": {
                    "grant_type": {"type": "string", "enum": ["password"]},
                    "username": {"type": "string", "format": "email", "description": "The e-mail."},
                    "password": {"type": "string", "format": "password"},
                    "scope": {"type": "string", "description": "Space-separated; `profile`."},
                },
            },
            "example": {
                "grant_type": "password",
                "username": "ada@example.com",
                "password": "a fern under seven moons",
            },
        }
    },
}


class TokenResponse(BaseModel):
    """A pair of tokens. `expires_in` counts the seconds of the access token."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.MEUCIQ",
                "token_type": "Bearer",
                "expires_in": 900,
                "refresh_token": "r1.3f0e0c1de2b04b19a7b15d4c8e6f0a12.0."
                "q3fVb7TzPfLd8sNb3GjUe6A7RvK2yq0mWc9Xh4s1o0E",
                "scope": "profile",
            }
        }
    )

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    refresh_token: str
    scope: str


def read_form(body: bytes) -> dict[str, str]:
    """Read form parameters (RFC 6749 appendix B). Empty ones count as left out (§3.2).

    Raises:
        InvalidRequest: If the form is malformed or names a parameter twice.

    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise InvalidRequest("The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequest("A parameter is given twice.")
    return {name: value for name, value in form.items() if value}
