"""Refresh tokens: derived from a session's row and the application secret, stored nowhere.

`r1.<session id>.<generation>.<HMAC-SHA-256>`. The table grows with sessions, not with refreshes,
and a stolen copy of it holds nothing that can be presented.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from authsvc.core.secrets import ApplicationSecret
from authsvc.sessions.models import Session

_VERSION = "r1"
_FORM = re.compile(r"r1\.([0-9a-f]{32})\.(0|[1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token taken apart. That it has the right form proves nothing yet."""

    session_id: UUID
    generation: int
    proof: str


class RefreshTokens:
    """Derives refresh tokens and checks presented ones."""

    def __init__(self, secret: ApplicationSecret) -> None:
        """Derive the HMAC keys; what an earlier secret made is still genuine."""
        self._keys = secret.derive("refresh-token/1")

    def derive(self, session: Session) -> str:
        """Return the refresh token of the session's present generation."""
        proof = _proof(self._keys[0], session.id, session.salt, session.generation)
        return f"{_VERSION}.{session.id.hex}.{session.generation}.{proof}"

    def read(self, text: str) -> RefreshToken | None:
        """Take a presented text apart; None if it does not have the form of a refresh token."""
        match = _FORM.fullmatch(text)
        if match is None:
            return None
        return RefreshToken(UUID(match[1]), int(match[2]), match[3])

    def is_genuine(self, token: RefreshToken, session: Session) -> bool:
        """Tell whether we made this token for this session, in whatever generation."""
        return token.session_id == session.id and any(
            hmac.compare_digest(
                _proof(key, session.id, session.salt, token.generation), token.proof
            )
            for key in self._keys
        )


def named_session(text: str) -> UUID | None:
    """Return the session that a text names, if it has the form of a refresh token."""
    match = _FORM.fullmatch(text)
    return UUID(match[1]) if match else None


def _proof(key: bytes, session_id: UUID, salt: bytes, generation: int) -> str:
    message = session_id.bytes + salt + generation.to_bytes(8)
    digest = hmac.new(key, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
