"""Builds, from settings, what the rooms work with, and opens and closes it with the application."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import structlog
from fastapi import FastAPI
from starlette.datastructures import State

from authsvc import policies
from authsvc.core.background import Job, running
from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.counters.instruments import Counters
from authsvc.counters.readings import READ_EVERY, Readings
from authsvc.credentials.known_places import KnownPlaces
from authsvc.credentials.service import CredentialTools
from authsvc.credentials.single_flight import SingleFlight
from authsvc.guard.clients import Clients
from authsvc.guard.transport import CookiePolicy
from authsvc.guard.verifier import Verifier
from authsvc.keys.desk import KeyDesk
from authsvc.keys.sealing import Sealer
from authsvc.keys.service import POLL, KeyService
from authsvc.limits.service import Limiter, counts_at
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
from authsvc.users.lookups import EmailLookups, UserLookups
from authsvc.wellknown.metadata import ServerPolicy

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Parts:
    """One of each, shared by all requests of a process."""

    clock: Clock
    counters: Counters
    is_measured: bool
    database: Database
    user_lookups: UserLookups
    keys: KeyService
    key_desk: KeyDesk
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
    server_policy: ServerPolicy

    @classmethod
    def build(cls, settings: Settings, clock: Clock, hash_parameters: HashParameters) -> "Parts":
        """Put the parts together. Nothing is opened yet."""
        secret, database = policies.secret(settings), Database(settings.database)
        tokens = TokenService(settings.public_url, clock)
        counters, revocations = Counters(), RevocationFeed(database, clock)
        sealer, key_policy = Sealer(secret), policies.key_policy(settings)
        pool = HashPool(settings.hash_concurrency, settings.hash_queue, counters.hashed)
        passwords = PasswordService(
            PasswordHasher(hash_parameters), pool, PasswordPolicy(settings.password_min_length)
        )
        counts = counts_at(settings.rate_limit_storage, clock)
        limiter = Limiter(policies.limit_policy(settings), counts, secret, clock)
        return cls(
            clock=clock,
            counters=counters,
            is_measured=settings.metrics_token is not None,
            database=database,
            user_lookups=UserLookups(database),
            keys=KeyService(database, sealer, clock, key_policy, tokens.use),
            key_desk=KeyDesk(database, sealer, clock, key_policy),
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
                lookups=EmailLookups(database),
                passwords=passwords,
                limiter=limiter,
                known_places=KnownPlaces(database, clock),
                clock=clock,
                secret=secret,
                sign_ups=SingleFlight(),
                is_registration_open=settings.registration == "open",
            ),
            refresh_tokens=RefreshTokens(secret),
            session_policy=policies.session_policy(settings),
            has_password_grant=settings.password_grant,
            server_policy=policies.server_policy(settings),
        )

    def furnish(self, state: State) -> None:
        """Lay out the parts where each room's `deps.py` picks up its own."""
        state.clock = self.clock
        state.keys = self.keys
        state.server_policy = self.server_policy
        state.counters = self.counters
        state.readings = self.readings()
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
        jobs = [
            Job("keys", POLL, self.keys.follow),
            Job("revocation-feed", POLL_EVERY, self.revocations.poll),
            Job("session-purge", PURGE_EVERY, self.purge.run),
        ]
        if self.is_measured:
            jobs.append(Job("readings", READ_EVERY, self.readings().take))
        return jobs

    def readings(self) -> Readings:
        """Name what is read off the parts, and shown as metrics."""
        return Readings(
            self.counters,
            {
                "hashes_running": lambda: self.pool.running,
                "hashes_waiting": lambda: self.pool.waiting,
                "hash_slots": lambda: self.pool.slots,
                "database_connections_used": lambda: self.database.connections_used,
                "database_connections_most": lambda: self.database.connections_most,
                "signing_keys": lambda: self.tokens.key_count,
                "revocation_feed_read_timestamp_seconds": lambda: (
                    self.clock.now().timestamp() - self.revocations.age
                ),
            },
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open keys and feed, and keep the jobs going; close everything after."""
        try:
            await self.keys.open()
            await self.revocations.poll()
            async with running(self.jobs()):
                yield
        finally:
            self.pool.close()
            await self.limiter.counts.close()
            await self.database.dispose()


def lifespan(parts: Parts) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return the application's lifespan."""

    @asynccontextmanager
    async def span(_app: FastAPI) -> AsyncIterator[None]:
        async with parts.opened():
            _log.info("started")
            yield
            _log.info("stopped")

    return span
