"""The verifier: turns a presented token into a principal, or says why not."""

from datetime import UTC, datetime

import structlog

from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.guard.errors import NotAuthenticated, SessionEnded, TokenExpired, TokenInvalid
from authsvc.guard.principal import Principal
from authsvc.guard.transport import Credential
from authsvc.revocations.feed import RevocationFeed
from authsvc.sessions.repository import SessionRepository
from authsvc.tokens.claims import Claims
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.service import TokenService
from authsvc.users.repository import UserRepository

_log = structlog.get_logger(__name__)


class Verifier:
    """Checks the token, then that its session still stands. In good order no query is made."""

    def __init__(
        self, tokens: TokenService, revocations: RevocationFeed, database: Database, clock: Clock
    ) -> None:
        """Verify with `tokens`; ask `database` only while the feed of revocations is blind."""
        self._tokens = tokens
        self._revocations = revocations
        self._database = database
        self._clock = clock

    async def principal(self, credential: Credential | None) -> Principal:
        """Return who presents this credential.

        Raises:
            NotAuthenticated: Without a credential.
            TokenInvalid: If anything is wrong with the token itself.
            TokenExpired: If it is genuine and past its time.
            SessionEnded: If its session has ended, or its user is disabled or gone.
            Unavailable: If the feed is blind and the database does not answer: nobody is let in on
                a guess.

        """
        if credential is None:
            raise NotAuthenticated
        claims = await self.claims(credential.text)
        return Principal(
            user_id=claims.sub,
            session_id=claims.sid,
            scopes=frozenset(claims.scope.split()),
            auth_time=datetime.fromtimestamp(claims.auth_time, tz=UTC),
            amr=tuple(claims.amr),
        )

    async def claims(self, text: str) -> Claims:
        """Return what an access token says. Raises what `principal` raises."""
        try:
            claims = self._tokens.verify(text)
        except InvalidToken as fault:
            _log.info("token_refused", reason=fault.reason)
            raise TokenInvalid from None
        except ExpiredToken as fault:
            _log.info("token_refused", reason="expired", session_id=fault.claims.sid)
            raise TokenExpired from None
        if self._revocations.has(claims.sid) or not (
            self._revocations.is_current or await self._stands(claims)
        ):
            _log.info("token_refused", reason="session-ended", session_id=claims.sid)
            raise SessionEnded
        return claims

    async def _stands(self, claims: Claims) -> bool:
        async with self._database.reading() as session:
            login = await SessionRepository(session).get(claims.sid)
            if login is None or login.user_id != claims.sub:
                return False
            user = await UserRepository(session).get(claims.sub)
        return login.is_live(self._clock.now()) and user is not None and user.is_active
