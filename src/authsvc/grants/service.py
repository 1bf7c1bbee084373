"""Gives a proven user a session with its tokens, renews them, and ends what a credential names.

Used by both ways in (cookies and bearer tokens) and by the ways out.
"""

from dataclasses import dataclass, field
from datetime import UTC
from uuid import UUID

import structlog

from authsvc.core.address import Source
from authsvc.credentials.errors import InvalidCredentials
from authsvc.limits.service import Limiter
from authsvc.sessions.errors import SessionOver, UserGone
from authsvc.sessions.models import Session
from authsvc.sessions.refresh_token import named_session
from authsvc.sessions.service import Device, OpenSession, SessionService
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.service import IssuedToken, TokenService
from authsvc.users.models import User
from authsvc.users.repository import UserRepository

_log = structlog.get_logger(__name__)

# What a first-party sign-in may do. Further scopes come with registered clients.
DEFAULT_SCOPE = "profile"
_BY_PASSWORD = ("pwd",)


@dataclass(frozen=True, slots=True)
class Grant:
    """A live session, whose it is, and its present pair of tokens."""

    user: User
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

    def __init__(
        self,
        sessions: SessionService,
        users: UserRepository,
        tokens: TokenService,
        limiter: Limiter,
    ) -> None:
        """Write through `sessions`, look at `users`, sign with `tokens`, ask `limiter`."""
        self._sessions = sessions
        self._users = users
        self._tokens = tokens
        self._limiter = limiter

    async def open(
        self, user: User, device: Device, presented: Presented, scope: str = DEFAULT_SCOPE
    ) -> Grant:
        """Start a session for a user who has just proven who they are.

        The session that came with the request is ended: a session planted before signing in
        (fixation), or left over, does not live on beside the new one.

        Raises:
            InvalidCredentials: If the user was deleted, disabled or given another password since
                the password was checked.

        """
        # Held before any session is touched, in the order that everybody keeps: users, then
        # sessions. Whoever disables the user now waits, and then ends this session as well.
        held = await self._users.hold(user.id)
        if not held or not held.is_active or held.password_generation != user.password_generation:
            raise InvalidCredentials
        await self.end(presented)
        try:
            opened = await self._sessions.start(user.id, scope, device)
        except UserGone:
            raise InvalidCredentials from None
        _log.info("login", user_id=user.id, session_id=opened.row.id)
        return self._grant(held, opened)

    async def refresh(self, refresh_token: str, device: Device) -> Grant:
        """Exchange a refresh token for a new pair. The session's end stays where it is.

        Raises:
            UnknownRefreshToken: If it is not one of ours.
            SessionOver: If its session has ended, or its user may not sign in any more.
            RefreshTokenReused: If the session was ended because of it; the writes must be kept.
            TooManyAttempts: If it was exchanged too often. Nothing was looked at then.

        """
        # Before the transaction has a connection: nobody holds one while the counts answer.
        if session_id := named_session(refresh_token):
            await self._limiter.refresh(session_id, Source(device.ip))
        opened = await self._sessions.refresh(refresh_token, device)
        user = await self._users.get(opened.row.user_id)
        if user is None or not user.is_active:
            raise SessionOver
        _log.info("refreshed", user_id=user.id, session_id=opened.row.id)
        return self._grant(user, opened)

    async def end(self, presented: Presented) -> None:
        """End the sessions that genuine tokens name, expired or not. Anything else is ignored."""
        for session_id in await self._named_by(presented):
            if await self._sessions.end(session_id):
                _log.info("logout", session_id=session_id)

    def _grant(self, user: User, opened: OpenSession) -> Grant:
        session = opened.row
        access = self._tokens.issue(
            user_id=user.id,
            session_id=session.id,
            expires_at=opened.access_expires_at,
            scope=session.scope,
            auth_time=session.created_at.astimezone(UTC),
            amr=_BY_PASSWORD,
        )
        return Grant(user, session, access, opened.refresh_token)

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
