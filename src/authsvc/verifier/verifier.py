"""The verifier: an object that lives as long as the service it guards."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Self

import httpx

from authsvc.core.clock import Clock, SystemClock
from authsvc.tokens import errors as token_errors
from authsvc.tokens.claims import Purpose
from authsvc.tokens.genuine import GenuineToken
from authsvc.tokens.keyring import KeyRing
from authsvc.tokens.parser import prove
from authsvc.tokens.seen import SeenTokens
from authsvc.verifier.errors import InvalidToken, SessionEnded, TokenExpired, Unavailable
from authsvc.verifier.fetch import Source
from authsvc.verifier.following import Following
from authsvc.verifier.key_set import KeySet
from authsvc.verifier.policy import VerifierPolicy, checked_issuer, checked_url
from authsvc.verifier.principal import Principal
from authsvc.verifier.revocations import Revocations
from authsvc.verifier.state import VerifierState

_log = logging.getLogger("authsvc.verifier")


class Verifier:
    """Checks access tokens without asking authsvc about each one.

    Open it around the life of the service: `FastAPI(lifespan=verifier.lifespan)`, or
    `async with verifier:`. Meanwhile it keeps the keys and the list of ended sessions current.

    Args:
        issuer: authsvc's public URL, byte for byte the tokens' `iss`.
        audience: What tokens must name as their `aud`.
        client: Name and secret of a client (AUTHSVC_CLIENTS). With it the revocation feed is
            followed; without it an ended session lives until its access token expires.
        jwks_url: Where the keys are, if not below the issuer.
        revocations_url: Where the feed is, if not below the issuer.
        policy: How long to go on without authsvc, and other limits.
        cookie_origins: Take the access token from authsvc's cookie too, for a service on the same
            host; unsafe requests with it must come from this host or from these origins.
        allow_http: Ask over plain http, where the network itself is trusted.
        clock: The time; the machine's own unless a test brings another.
        transport: How to connect: for a private CA, a client certificate or a proxy.

    Raises:
        ValueError: If an address is neither https nor on this machine, or a name is empty.
    """

    def __init__(
        self,
        issuer: str,
        audience: str = "authsvc",
        *,
        client: tuple[str, str] | None = None,
        jwks_url: str | None = None,
        revocations_url: str | None = None,
        policy: VerifierPolicy | None = None,
        cookie_origins: tuple[str, ...] | None = None,
        allow_http: bool = False,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        if not audience or (client and not all(client)):
            raise ValueError("the audience, and a client's name and secret, cannot be empty")
        self.issuer = checked_issuer(issuer, allow_http=allow_http)
        self.cookie_origins = cookie_origins
        self._audience = audience
        self._policy = policy or VerifierPolicy()
        self._clock = clock or SystemClock()
        self._source = Source(self._policy.timeout, transport)
        keys_at = checked_url(jwks_url or f"{issuer}/.well-known/jwks.json", allow_http=allow_http)
        self._keys = KeySet(self._source, keys_at, self._policy, self._clock)
        self._feed: Revocations | None = None
        if client:
            feed_at = checked_url(
                revocations_url or f"{issuer}/auth/revocations", allow_http=allow_http
            )
            self._feed = Revocations(self._source, feed_at, client, self._policy, self._clock)
        self._seen = SeenTokens(self._policy.remembered_tokens)
        self._ring: KeyRing | None = None
        works = [self._keys.renew] + ([self._feed.follow] if self._feed else [])
        self._following = Following(works, self._policy.poll_every)

    async def __aenter__(self) -> Self:
        """Ask for keys and ended sessions once, and keep asking.

        That authsvc does not answer is no failure: the service starts, and refuses with 503 until
        there are keys.
        """
        if self._following.is_going:
            raise RuntimeError("the verifier is open already")
        self._source.open()
        try:
            await self._following.begin()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop asking."""
        await self._following.end()
        await self._keys.close()
        await self._source.close()

    @asynccontextmanager
    async def lifespan(self, _app: object) -> AsyncIterator[None]:
        """Open the verifier for the life of an application: `FastAPI(lifespan=…)`."""
        async with self:
            yield

    async def verify(self, token: str) -> Principal:
        """Return whose access token this is.

        Raises:
            InvalidToken: If anything is wrong with the token itself.
            TokenExpired: If it is genuine and past its time.
            SessionEnded: If it is in time, but its session has ended.
            Unavailable: If what is known from authsvc is too old to decide.

        """
        if not self._following.is_going:
            raise RuntimeError("the verifier is not open: use `async with`, or its lifespan")
        try:
            claims = (await self._genuine(token)).claims_at(self._clock.now())
        except token_errors.InvalidToken as fault:
            _log.info("a token was refused: %s", fault.reason)
            raise InvalidToken from None
        except token_errors.ExpiredToken:
            raise TokenExpired from None
        if self._feed:
            if claims.sid in self._feed:
                raise SessionEnded
            if not self._feed.is_trusted:
                raise Unavailable
        return Principal.of(claims)

    @property
    def state(self) -> VerifierState:
        """What is known now, and since when."""
        keys, feed = self._keys, self._feed
        errors = (("keys", keys.error), ("feed", feed.error if feed else None))
        return VerifierState(
            is_ready=self._following.is_going
            and keys.is_usable
            and (feed is None or feed.is_trusted),
            keys_fetched_at=keys.fetched.at if keys.fetched else None,
            keys_stale=not keys.is_fresh,
            keys_usable=keys.is_usable,
            feed_read_at=feed.read.at if feed and feed.read else None,
            feed_current=feed.is_current if feed else False,
            ended_sessions=feed.count if feed else 0,
            last_error="; ".join(f"{part}: {error}" for part, error in errors if error) or None,
        )

    @cached_property
    def principal(self) -> Callable[..., Awaitable[Principal]]:
        """The FastAPI dependency: `Annotated[Principal, Depends(verifier.principal)]`."""
        from authsvc.verifier.fastapi import principal_of  # noqa: PLC0415 - FastAPI is the user's own

        return principal_of(self)

    def requires(self, *scopes: str) -> Callable[..., Awaitable[Principal]]:
        """Return a FastAPI dependency that also wants every one of these scopes in the token."""
        from authsvc.verifier.fastapi import requires_of  # noqa: PLC0415 - as above

        return requires_of(self, scopes)

    async def _genuine(self, token: str) -> GenuineToken:
        """Prove a token, unless that was done before with the same keys."""
        ring = await self._keys.ring()
        genuine = self._seen_under(ring).get(token)
        if genuine is None:
            try:
                genuine = self._prove(token, ring)
            except token_errors.InvalidToken as fault:
                newer = await self._keys.look_again() if fault.reason == "kid" else ring
                if newer is ring:
                    raise
                ring, genuine = newer, self._prove(token, newer)
            self._seen_under(ring).add(token, genuine)
        return genuine

    def _seen_under(self, ring: KeyRing) -> SeenTokens:
        if ring is not self._ring:
            self._ring = ring
            self._seen.clear()
        return self._seen

    def _prove(self, token: str, ring: KeyRing) -> GenuineToken:
        now, audience = self._clock.now(), self._audience
        return prove(token, ring, Purpose.ACCESS, issuer=self.issuer, audience=audience, now=now)
