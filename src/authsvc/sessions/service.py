"""Starts and ends sessions."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from authsvc.core.clock import Clock
from authsvc.sessions.models import Session
from authsvc.sessions.refresh_token import RefreshToken, RefreshTokens
from authsvc.sessions.repository import SessionRepository

_SALT_BYTES = 32
_USER_AGENT_LENGTH = 256


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long a session lasts: unused, and at the most however much it is used."""

    idle_ttl: timedelta
    max_ttl: timedelta


@dataclass(frozen=True, slots=True)
class Device:
    """What is remembered about where a session was started: address and user agent."""

    ip: str
    user_agent: str


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

    async def start(self, user_id: UUID, scope: str, device: Device) -> tuple[Session, str]:
        """Start a session for a user; return it with its first refresh token.

        Raises:
            UserGone: If the user was deleted meanwhile.

        """
        now = self._clock.now()
        session = Session(
            id=uuid4(),
            user_id=user_id,
            salt=secrets.token_bytes(_SALT_BYTES),
            scope=scope,
            ip=device.ip,
            user_agent=_shown(device.user_agent),
            created_at=now,
            last_used_at=now,
            expires_at=now + min(self._policy.idle_ttl, self._policy.max_ttl),
            absolute_expires_at=now + self._policy.max_ttl,
        )
        await self._sessions.add(session)
        return session, self._refresh_tokens.derive(session)

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


def _shown(user_agent: str) -> str:
    """Keep what can be shown on one line, and not too much of it."""
    printable = "".join(c for c in user_agent if c.isprintable())
    return printable[:_USER_AGENT_LENGTH]
