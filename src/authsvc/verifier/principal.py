"""The answer to "who is this?", as other services get it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from authsvc.tokens.claims import Claims


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller.

    Attributes:
        user_id: The token's `sub`. Never changes and is never given to anybody else.
        session_id: The token's `sid`.
        scopes: What the token may be used for.
        auth_time: When the user last proved who they are.
        amr: How (RFC 8176).
        client_id: The client that the token was issued to.
        expires_at: When the token ends.
    """

    user_id: UUID
    session_id: UUID
    scopes: frozenset[str]
    auth_time: datetime
    amr: tuple[str, ...]
    client_id: str
    expires_at: datetime

    @classmethod
    def of(cls, claims: Claims) -> "Principal":
        """Read it off the claims of a verified token."""
        return cls(
            user_id=claims.sub,
            session_id=claims.sid,
            scopes=frozenset(claims.scope.split()),
            auth_time=datetime.fromtimestamp(claims.auth_time, tz=UTC),
            amr=tuple(claims.amr),
            client_id=claims.client_id,
            expires_at=datetime.fromtimestamp(claims.exp, tz=UTC),
        )
