"""What a token says, and which kinds of token there are."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class TokenKind:
    """How one kind of token is told from every other.

    Attributes:
        typ: The `typ` header (RFC 8725 §3.11).
        audience: The one `aud` that it is issued with and must name (RFC 8725 §3.9).
        longest_ttl: No token of this kind lives longer, whatever it claims.
    """

    typ: str
    audience: str
    longest_ttl: timedelta


class Purpose(Enum):
    """The purposes a token can have. There is no way to verify one without naming its purpose."""

    ACCESS = TokenKind(typ="at+jwt", audience="authsvc", longest_ttl=timedelta(hours=24))


_Seconds = Annotated[int, Field(ge=0)]


def _canonical_uuid(value: object) -> UUID:
    """Read a UUID in its one spelling; the library also takes braces, URNs and capitals."""
    if not isinstance(value, str) or str(identifier := UUID(value)) != value:
        raise ValueError("not a UUID in canonical form")
    return identifier


_Id = Annotated[UUID, BeforeValidator(_canonical_uuid)]
_Text = Annotated[str, Field(min_length=1, max_length=512)]


class Claims(BaseModel):
    """The claims of an access token (RFC 9068 §2.2). Instants are integer seconds since 1970."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    iss: _Text
    sub: _Id
    aud: _Text | Annotated[list[_Text], Field(min_length=1, max_length=16)]
    exp: _Seconds
    iat: _Seconds
    nbf: _Seconds | None = None
    jti: _Text
    sid: _Id
    client_id: _Text
    scope: Annotated[str, Field(max_length=512)]
    auth_time: _Seconds
    amr: Annotated[list[_Text], Field(max_length=16)]

    @property
    def audiences(self) -> tuple[str, ...]:
        """Every audience the token names."""
        return (self.aud,) if isinstance(self.aud, str) else tuple(self.aud)
