"""What a process works with: the ring, the key that signs, and the keys that others fetch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from authsvc.keys.life import lives
from authsvc.keys.material import public_jwk
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.opening import OpenedKey
from authsvc.tokens.keyring import KeyRing, SigningKey, VerificationKey


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys in use at one time; equal while nothing about them has changed.

    Attributes:
        kid: The id of the key that signs, None if there is none.
        members: What is in the ring, with each key's end.
        ring: What tokens are checked against.
        signing: What signs them.
        public: The ring as JWKs (RFC 7517 §4) for everybody to see; empty where it is symmetric.
    """

    kid: str | None
    members: Sequence[tuple[str, datetime | None]]
    ring: KeyRing = field(compare=False)
    signing: SigningKey | None = field(compare=False)
    public: Sequence[Mapping[str, str]] = field(compare=False)


def view(
    rows: Sequence[SigningKeyRow],
    opened: Mapping[str, OpenedKey],
    own: OpenedKey | None,
    now: datetime,
) -> Keys:
    """Put together what is in use at `now`.

    Args:
        rows: Every key of the algorithm.
        opened: Those that could be opened.
        own: The operator's own key, None where there is none or it is retired. It is in use
            before the ring knows it.
        now: The current time.

    """
    family = [life for life in lives(rows) if life.kid in opened and life.state(now) != "gone"]
    ring: list[VerificationKey] = [
        replace(opened[life.kid].verifying, retire_at=life.verifies_until) for life in family
    ]
    if own is not None and own.kid not in {key.kid for key in ring}:
        ring.append(own.verifying)
    begun = [opened[life.kid].signing for life in family if life.row.signs_from <= now]
    signing = own.signing if own else next(filter(None, begun), None)
    return Keys(
        kid=signing.kid if signing else None,
        members=[(key.kid, key.retire_at) for key in ring],
        ring=KeyRing(ring),
        signing=signing,
        public=[jwk for key in ring if (jwk := public_jwk(key)) is not None],
    )
