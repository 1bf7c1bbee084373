"""The verifier: turns a presented token into a principal, or says why not."""

from datetime import UTC, datetime

import structlog

from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.guard.errors import NotAuthenticated, SessionEnded, TokenExpired, TokenInvalid
from authsvc.guard.principal import Principal
from authsvc.guard.transport import Credential
from authsvc.sessions.repository import SessionRepository
from authsvc.tokens.claims import Claims
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.service import TokenService
from authsvc.users.repository import UserRepository

_log = structlog.get_logger(__name__)


class Verifier:
    """Checks the token, then that its session and its user still stand."""

    def __init__(self, tokens: TokenService, database: Database, clock: Clock) -> None:
        """Verify with `tokens`, and ask `database` about the session behind each token."""
        self._tokens = tokens
        self._database = database
        self._clock = clock

    async def principal(self, credential: Credential | None) -> Principal:
        """Return who presents this credential.

        Raises:
            NotAuthenticated: Without a credential.
            TokenInvalid: If anything is wrong with the token itself.
            TokenExpired: If it is genuine and past its time.
            SessionEnded: If its session has ended, or its user is disabled or gone.
            Unavailable: If the database does not answer: nobody is let in on a guess.

        """
        if credential is None:
            raise NotAuthenticated
        try:
            claims = self._tokens.verify(credential.text)
        except InvalidToken as fault:
            _log.info("token_refused", reason=fault.reason)
            raise TokenInvalid from None
        except ExpiredToken as fault:
            _log.info("token_refused", reason="expired", session_id=fault.claims.sid)
            raise TokenExpired from None
        if not await self._stands(claims):
            _log.info("token_refused", reason="session-ended", session_id=claims.sid)
            raise SessionEnded
        return Principal(
            user_id=claims.sub,
            session_id=claims.sid,
            scopes=frozenset(claims.scope.split()),
            auth_time=datetime.fromtimestamp(claims.auth_time, tz=UTC),
            amr=tuple(claims.amr),
        )

    async def _stands(self, claims: Claims) -> bool:
        async with self._database.reading() as session:
            login = await SessionRepository(session).get(claims.sid)
            if login is None or login.user_id != claims.sub:
                return False
            user = await UserRepository(session).get(claims.sub)
        return login.is_live(self._clock.now()) and user is not None and user.is_active
