"""The published keys, as the verifier holds them: fetched ahead of need, one fetch at a time."""

import asyncio
import logging
import re
from collections.abc import Mapping
from datetime import timedelta

from authsvc.core import strict_json
from authsvc.core.clock import Clock
from authsvc.tokens.jwk import read_public_key
from authsvc.tokens.keyring import KeyRing
from authsvc.verifier.errors import Unavailable
from authsvc.verifier.fetch import FetchFailed, Source
from authsvc.verifier.moment import Moment, is_within
from authsvc.verifier.policy import VerifierPolicy

_log = logging.getLogger("authsvc.verifier")

_MAX_BYTES = 64 * 1024
_MAX_DEPTH = 8
_MAX_KEYS = 32
_DEFAULT_AGE = timedelta(minutes=5)
_LEAST_AGE = timedelta(seconds=5)
_RETRY_AFTER = timedelta(seconds=2)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=([0-9]{1,9})(?:$|[,\s])", re.IGNORECASE)


class KeySet:
    """Keys that are renewed once they are older than their `max-age`, and used meanwhile."""

    def __init__(self, source: Source, url: str, policy: VerifierPolicy, clock: Clock) -> None:
        """Start without keys."""
        self._source = source
        self._url = url
        self._policy = policy
        self._clock = clock
        self._ring = KeyRing(())
        self._max_age = _DEFAULT_AGE
        self._tried: Moment | None = None
        self._looked: Moment | None = None
        self._flight: asyncio.Task[None] | None = None
        self.fetched: Moment | None = None
        self.error: str | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether the keys are younger than authsvc said they would do for."""
        return is_within(self.fetched, self._max_age, self._clock)

    @property
    def is_usable(self) -> bool:
        """Whether tokens may be verified with them."""
        return is_within(self.fetched, self._policy.keys_usable_for, self._clock)

    async def renew(self) -> None:
        """Fetch the keys anew if it is time to."""
        if not self.is_fresh:
            await self._try()

    async def ring(self) -> KeyRing:
        """Return what to verify with. Waits for a fetch only if there is nothing else.

        Raises:
            Unavailable: If the keys are too old, and authsvc gives no new ones.

        """
        if not self.is_usable:
            await self._try()
        if not self.is_usable:
            raise Unavailable
        return self._ring

    async def look_again(self) -> KeyRing:
        """Return the ring after a token has named a key that is not in it.

        Whoever makes up such names makes one fetch in each interval, however many they are.
        """
        if not self._is_flying:
            if is_within(self._looked, self._policy.unknown_kid_interval, self._clock):
                return self._ring
            self._looked = Moment.of(self._clock)
        await self._fly()
        return self._ring

    async def close(self) -> None:
        """Abandon a fetch that is under way."""
        if self._flight:
            self._flight.cancel()
            await asyncio.gather(self._flight, return_exceptions=True)
            self._flight = None

    @property
    def _is_flying(self) -> bool:
        return self._flight is not None and not self._flight.done()

    async def _try(self) -> None:
        if self._is_flying or not is_within(self._tried, _RETRY_AFTER, self._clock):
            await self._fly()

    async def _fly(self) -> None:
        """Join the fetch that is under way, or begin one. It outlives whoever began it."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._fetch(), name="authsvc.verifier.fetch")
        await asyncio.shield(self._flight)

    async def _fetch(self) -> None:
        # As old as the question: what changes after it is not in the answer.
        self._tried = asked = Moment.of(self._clock)
        try:
            document = await self._source.get(self._url, at_most=_MAX_BYTES)
            ring = read_key_set(document.body)
        except Exception as fault:  # noqa: BLE001 - whatever an odd answer does, the old keys stay
            is_ours = isinstance(fault, FetchFailed | ValueError)
            reason = str(fault) if is_ours else f"unexpected: {type(fault).__name__}"
            if self.error is None:
                _log.warning("the keys could not be fetched: %s", reason)
            self.error = reason
            return
        if self.error:
            _log.info("the keys are fetched again")
        longest = self._policy.keys_usable_for / 2
        self._max_age = max(_LEAST_AGE, min(_lifetime(document.headers), longest))
        self._ring, self.fetched, self.error = ring, asked, None


def read_key_set(body: bytes) -> KeyRing:
    """Read a key set (RFC 7517 §5) as a whole: one key that is not as it must be spoils it.

    Raises:
        ValueError: If it is empty or too large, names a key twice, or mixes algorithms.

    """
    document = strict_json.loads(body, max_depth=_MAX_DEPTH)
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not 1 <= len(keys) <= _MAX_KEYS:
        raise ValueError("the key set is empty, too large, or none")
    if not all(isinstance(key, dict) for key in keys):
        raise ValueError("the key set holds what is no key")
    return KeyRing(read_public_key(key) for key in keys)


def _lifetime(headers: Mapping[str, str]) -> timedelta:
    """Return how long an answer is fresh (RFC 9111 §4.2), less the time it lay in caches."""
    control = headers.get("cache-control", "")
    if "no-store" in control.lower() or "no-cache" in control.lower():
        return timedelta()
    found = _MAX_AGE.search(control)
    if not found:
        return _DEFAULT_AGE
    age = headers.get("age", "0")
    lain = int(age) if age.isascii() and age.isdigit() and len(age) < len("1000000000") else 0
    return timedelta(seconds=max(0, int(found[1]) - lain))
