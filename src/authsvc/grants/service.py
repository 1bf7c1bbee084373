"""Opens a session with its tokens for a proven user, and ends the session behind a credential.

Used by both ways in (cookies and bearer tokens) and by logout.
"""

from dataclasses import dataclass, field
from datetime import UTC
from uuid import UUID

import structlog

from authsvc.credentials.errors import InvalidCredentials
from authsvc.sessions.errors import UserGone
from authsvc.sessions.models import Session
from authsvc.sessions.service import Device, SessionService
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.service import IssuedToken, TokenService
from authsvc.users.models import User

_log = structlog.get_logger(__name__)

# What a first-party sign-in may do. Further scopes come with registered clients.
DEFAULT_SCOPE = "profile"
_BY_PASSWORD = ("pwd",)


@dataclass(frozen=True, slots=True)
class Grant:
    """A fresh session and its pair of tokens."""

    session: Session
    access: IssuedToken
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Presented:
    """The tokens that came with a request; either may be missing, wrong or expired."""

    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)


class GrantService:
    """Grants within one request's transaction."""

    def __init__(self, sessions: SessionService, tokens: TokenService) -> None:
        """Write through `sessions`, sign with `tokens`."""
        self._sessions = sessions
        self._tokens = tokens

    async def open(
        self, user: User, device: Device, presented: Presented, scope: str = DEFAULT_SCOPE
    ) -> Grant:
        """Start a session for a user who has just proven who they are.

        The session that came with the request is ended: a session planted before signing in
        (fixation), or left over, does not live on beside the new one.

        Raises:
            InvalidCredentials: If the user was deleted meanwhile.

        """
        await self.end(presented)
        try:
            session, refresh_token = await self._sessions.start(user.id, scope, device)
        except UserGone:
            raise InvalidCredentials from None
        access = self._tokens.issue(
            user_id=user.id,
            session_id=session.id,
            scope=session.scope,
            auth_time=session.created_at.astimezone(UTC),
            amr=_BY_PASSWORD,
        )
        _log.info("login", user_id=user.id, session_id=session.id)
        return Grant(session, access, refresh_token)

    async def end(self, presented: Presented) -> None:
        """End the sessions that genuine tokens name, expired or not. Anything else is ignored."""
        for session_id in await self._named_by(presented):
            if await self._sessions.end(session_id):
                _log.info("logout", session_id=session_id)

    async def _named_by(self, presented: Presented) -> set[UUID]:
        named: set[UUID] = set()
        if presented.access_token:
            try:
                named.add(self._tokens.verify(presented.access_token).sid)
            except ExpiredToken as expired:
                named.add(expired.claims.sid)
            except InvalidToken:
                pass
        if presented.refresh_token:
            session = await self._sessions.of_refresh_token(presented.refresh_token)
            if session:
                named.add(session.id)
        return named
