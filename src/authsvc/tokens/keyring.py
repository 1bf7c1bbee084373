"""The keys that tokens are checked against: immutable, and swapped as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from jose.backends.base import Key

Algorithm = Literal["ES256", "RS256", "HS256"]


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A key that proves tokens genuine.

    Attributes:
        kid: RFC 7638 thumbprint of the key.
        alg: The only algorithm it is used with, whatever a token's header says.
        key: The prepared key; building one costs far more than using it.
        not_before: Tokens are not accepted under it earlier.
        retire_at: Nor from this instant on.
    """

    kid: str
    alg: Algorithm
    key: Key = field(repr=False)
    not_before: datetime | None = None
    retire_at: datetime | None = None

    def is_usable(self, now: datetime) -> bool:
        """Tell whether tokens are accepted under this key at `now`."""
        has_begun = self.not_before is None or self.not_before <= now
        return has_begun and (self.retire_at is None or now < self.retire_at)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs. `key` is private, or the shared secret of HS256."""

    kid: str
    alg: Algorithm
    key: Key = field(repr=False)


class KeyRing:
    """Verification keys by `kid`, all of one algorithm, so that no token can choose another."""

    def __init__(self, keys: Iterable[VerificationKey]) -> None:
        """Build a ring.

        Raises:
            ValueError: If two keys share a `kid`, or the algorithms differ.

        """
        by_kid: dict[str, VerificationKey] = {}
        for key in keys:
            if key.kid in by_kid:
                raise ValueError("two keys with one kid")
            by_kid[key.kid] = key
        if len({key.alg for key in by_kid.values()}) > 1:
            raise ValueError("a key ring holds keys of one algorithm")
        self._keys: Mapping[str, VerificationKey] = MappingProxyType(by_kid)

    def find(self, kid: str) -> VerificationKey | None:
        """Return the key of that id. The id is only ever compared, never used as a name or path."""
        return self._keys.get(kid)

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._keys)
