"""Builds, from settings, what the rooms work with, and opens and closes it with the application."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from starlette.datastructures import State

from authsvc.core.background import Job, running
from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.credentials.known_places import KnownPlaces
from authsvc.credentials.service import CredentialTools
from authsvc.credentials.single_flight import SingleFlight
from authsvc.guard.clients import Clients
from authsvc.guard.transport import CookiePolicy
from authsvc.guard.verifier import Verifier
from authsvc.keys.sealing import Sealer
from authsvc.keys.service import KeyService
from authsvc.limits.service import Limiter, LimitPolicy, counts_at
from authsvc.passwords.hasher import HashParameters, PasswordHasher
from authsvc.passwords.policy import PasswordPolicy
from authsvc.passwords.pool import HashPool
from authsvc.passwords.service import PasswordService
from authsvc.revocations.feed import POLL_EVERY, RevocationFeed
from authsvc.sessions.purge import PURGE_EVERY, SessionPurge
from authsvc.sessions.refresh_token import RefreshTokens
from authsvc.sessions.service import SessionPolicy
from authsvc.settings import Settings
from authsvc.tokens.service import TokenService
from authsvc.users.lookups import UserLookups

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """One of each, shared by all requests of a process."""

    clock: Clock
    database: Database
    user_lookups: UserLookups
    keys: KeyService
    tokens: TokenService
    revocations: RevocationFeed
    purge: SessionPurge
    verifier: Verifier
    clients: Clients
    cookies: CookiePolicy
    pool: HashPool
    passwords: PasswordService
    limiter: Limiter
    credential_tools: CredentialTools
    refresh_tokens: RefreshTokens
    session_policy: SessionPolicy
    has_password_grant: bool

    @classmethod
    def build(cls, settings: Settings, clock: Clock, hash_parameters: HashParameters) -> "Parts":
        """Put the parts together. Nothing is opened yet."""
        secret = _secret(settings)
        database = Database(settings.database)
        tokens = TokenService(settings.public_url, clock)
        revocations = RevocationFeed(database, clock)
        pool = HashPool(settings.hash_concurrency, settings.hash_queue)
        passwords = PasswordService(
            PasswordHasher(hash_parameters), pool, PasswordPolicy(settings.password_min_length)
        )
        limiter = _limiter(settings, secret, clock)
        return cls(
            clock=clock,
            database=database,
            user_lookups=UserLookups(database),
            keys=KeyService(database, Sealer(secret), clock, settings.signing_alg),
            tokens=tokens,
            revocations=revocations,
            purge=SessionPurge(database, clock),
            verifier=Verifier(tokens, revocations, database, clock),
            clients=Clients(pair.get_secret_value() for pair in settings.clients),
            cookies=CookiePolicy(is_secure=settings.is_https),
            pool=pool,
            passwords=passwords,
            limiter=limiter,
            credential_tools=CredentialTools(
                database=database,
                passwords=passwords,
                limiter=limiter,
                known_places=KnownPlaces(database, clock),
                clock=clock,
                secret=secret,
                sign_ups=SingleFlight(),
                is_registration_open=settings.registration == "open",
            ),
            refresh_tokens=RefreshTokens(secret),
            session_policy=SessionPolicy(
                idle_ttl=settings.session_idle_ttl,
                max_ttl=settings.session_max_ttl,
                access_ttl=settings.access_token_ttl,
                grace=settings.refresh_grace,
            ),
            has_password_grant=settings.password_grant,
        )

    def furnish(self, state: State) -> None:
        """Lay out the parts where each room's `deps.py` picks up its own."""
        state.clock = self.clock
        state.database = self.database
        state.user_lookups = self.user_lookups
        state.tokens = self.tokens
        state.revocations = self.revocations
        state.verifier = self.verifier
        state.clients = self.clients
        state.cookie_policy = self.cookies
        state.limiter = self.limiter
        state.credential_tools = self.credential_tools
        state.refresh_tokens = self.refresh_tokens
        state.session_policy = self.session_policy
        state.has_password_grant = self.has_password_grant

    def jobs(self) -> Sequence[Job]:
        """List what each process repeats beside its requests."""
        return (
            Job("revocation-feed", POLL_EVERY, self.revocations.poll),
            Job("session-purge", PURGE_EVERY, self.purge.run),
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open keys, hash pool and feed, and keep the jobs going; close everything after."""
        try:
            self.tokens.use(*await self.keys.load_or_create())
            await self.passwords.open()
            await self.revocations.poll()
            async with running(self.jobs()):
                yield
        finally:
            self.pool.close()
            await self.limiter.counts.close()
            await self.database.dispose()


def _secret(settings: Settings) -> ApplicationSecret:
    previous = settings.secret_key_previous
    return ApplicationSecret(
        settings.secret_key.get_secret_value(),
        previous.get_secret_value() if previous else None,
    )


def _limiter(settings: Settings, secret: ApplicationSecret, clock: Clock) -> Limiter:
    policy = LimitPolicy(
        tries=settings.limit_tries,
        failures_address=settings.limit_failures_address,
        failures_account_address=settings.limit_failures_account_address,
        failures_account=settings.limit_failures_account,
        failures_network=settings.limit_failures_network,
        blocks=settings.limit_blocks,
        sign_ups=settings.limit_sign_ups,
        refreshes=settings.limit_refreshes,
    )
    return Limiter(policy, counts_at(settings.rate_limit_storage, clock), secret, clock)


def lifespan(parts: Parts) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return the application's lifespan."""

    @asynccontextmanager
    async def span(_app: FastAPI) -> AsyncIterator[None]:
        async with parts.opened():
            _log.info("started")
            yield
            _log.info("stopped")

    return span
