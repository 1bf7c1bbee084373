"""Starts, refreshes and ends sessions."""

import math
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog

from authsvc.core.clock import Clock
from authsvc.sessions.errors import RefreshTokenReused, SessionOver, UnknownRefreshToken
from authsvc.sessions.models import Session
from authsvc.sessions.refresh_token import RefreshToken, RefreshTokens
from authsvc.sessions.repository import SessionRepository

_log = structlog.get_logger(__name__)

_SALT_BYTES = 32
_USER_AGENT_LENGTH = 256


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long things last.

    Attributes:
        idle_ttl: A session that is not refreshed.
        max_ttl: A session, however often it is refreshed.
        access_ttl: An access token, unless its session ends earlier.
        grace: A refresh token that has just been used keeps answering with its same successor.
    """

    idle_ttl: timedelta
    max_ttl: timedelta
    access_ttl: timedelta
    grace: timedelta


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session is used: address and user agent, as far as it can be shown on one line."""

    ip: str
    user_agent: str

    @property
    def shown(self) -> str:
        """The user agent's printable characters, and not too many of them."""
        printable = "".join(c for c in self.user_agent if c.isprintable())
        return printable[:_USER_AGENT_LENGTH]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live session with what its next pair of tokens is made of."""

    row: Session
    refresh_token: str = field(repr=False)
    access_expires_at: datetime


class SessionService:
    """Sessions within one transaction."""

    def __init__(
        self,
        sessions: SessionRepository,
        refresh_tokens: RefreshTokens,
        policy: SessionPolicy,
        clock: Clock,
    ) -> None:
        """Work on `sessions`."""
        self._sessions = sessions
        self._refresh_tokens = refresh_tokens
        self._policy = policy
        self._clock = clock

    async def start(self, user_id: UUID, scope: str, device: Device) -> OpenSession:
        """Start a session for a user.

        Raises:
            UserGone: If the user was deleted meanwhile.

        """
        now = self._clock.now()
        expires_at = now + min(self._policy.idle_ttl, self._policy.max_ttl)
        access_expires_at = self._access_end(now, expires_at)
        session = Session(
            id=uuid4(),
            user_id=user_id,
            salt=secrets.token_bytes(_SALT_BYTES),
            scope=scope,
            ip=device.ip,
            user_agent=device.shown,
            created_at=now,
            rotated_at=now,
            last_used_at=now,
            expires_at=expires_at,
            absolute_expires_at=now + self._policy.max_ttl,
            access_expires_at=access_expires_at,
        )
        await self._sessions.add(session)
        return OpenSession(session, self._refresh_tokens.derive(session), access_expires_at)

    async def refresh(self, text: str, device: Device) -> OpenSession:
        """Exchange a refresh token for its successor.

        Presented again within the grace, it gives the same successor: of several tabs that refresh
        at once each ends up with the one token that lives. Presented later it was copied, and the
        session ends.

        Raises:
            UnknownRefreshToken: If the token was not made here, or not yet.
            SessionOver: If its session has ended or expired.
            RefreshTokenReused: If this very call has ended the session. Its writes must be kept.

        """
        token = self._refresh_tokens.read(text)
        session = await self._sessions.get(token.session_id) if token else None
        if not token or not session or not self._refresh_tokens.is_genuine(token, session):
            raise UnknownRefreshToken
        if token.generation == session.generation:
            if rotated := await self._rotate(token, session, device):
                return rotated
            # Ended, or exchanged by somebody else, since we looked.
            session = await self._sessions.get(token.session_id)
        return await self._replay(token, session)

    async def end(self, session_id: UUID) -> bool:
        """End a session. False if it had ended before, or never was."""
        return await self._sessions.end(session_id, self._clock.now())

    async def of_refresh_token(self, text: str) -> Session | None:
        """Return the session that a genuine refresh token belongs to, live or ended."""
        token: RefreshToken | None = self._refresh_tokens.read(text)
        session = await self._sessions.get(token.session_id) if token else None
        if token and session and self._refresh_tokens.is_genuine(token, session):
            return session
        return None

    async def _rotate(
        self, token: RefreshToken, session: Session, device: Device
    ) -> OpenSession | None:
        now = self._clock.now()
        expires_at = min(now + self._policy.idle_ttl, session.absolute_expires_at)
        access_expires_at = self._access_end(now, expires_at)
        rotated = await self._sessions.rotate(
            token.session_id,
            token.generation,
            now,
            ip=device.ip,
            user_agent=device.shown,
            expires_at=expires_at,
            access_expires_at=access_expires_at,
        )
        if rotated is None:
            return None
        return OpenSession(rotated, self._refresh_tokens.derive(rotated), access_expires_at)

    async def _replay(self, token: RefreshToken, session: Session | None) -> OpenSession:
        """Answer for a token that is not of the present generation."""
        now = self._clock.now()
        if session is None or not session.is_live(now):
            raise SessionOver
        if token.generation > session.generation:
            # Of a generation that this database has not seen, so it was set back. No theft.
            raise UnknownRefreshToken
        if self._is_in_grace(token, session, now):
            access_expires_at = self._access_end(now, session.expires_at)
            kept = await self._sessions.keep(
                session.id, session.generation, now, access_expires_at=access_expires_at
            )
            if kept is None:
                return await self._replay(token, await self._sessions.get(token.session_id))
            return OpenSession(kept, self._refresh_tokens.derive(kept), access_expires_at)
        await self._sessions.end(session.id, now)
        _log.warning("refresh_reuse", session_id=session.id, user_id=session.user_id)
        raise RefreshTokenReused

    def _is_in_grace(self, token: RefreshToken, session: Session, now: datetime) -> bool:
        grace = self._policy.grace
        # With no grace not even a clock that is behind allows a second use.
        is_recent = bool(grace) and now - session.rotated_at <= grace
        return is_recent and token.generation == session.generation - 1

    def _access_end(self, now: datetime, session_end: datetime) -> datetime:
        """Return, in whole seconds, when an access token that is made now expires."""
        issued_at = int(now.timestamp())
        latest = issued_at + int(self._policy.access_ttl.total_seconds())
        return datetime.fromtimestamp(min(latest, math.ceil(session_end.timestamp())), tz=UTC)
