"""Issues access tokens with the signing key, and verifies them against the ring."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from authsvc.core.clock import Clock
from authsvc.core.errors import Unavailable
from authsvc.tokens.claims import Claims, Purpose
from authsvc.tokens.keyring import KeyRing, SigningKey
from authsvc.tokens.parser import encode_segment, prove
from authsvc.tokens.seen import SeenTokens

# Registered clients come with the authorization-code flow; until then everyone is first-party.
FIRST_PARTY = "authsvc"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A signed token, and the instants it is good from and until, in whole seconds."""

    text: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime

    @property
    def lifetime(self) -> int:
        """Seconds from one to the other."""
        return int((self.expires_at - self.issued_at).total_seconds())


class TokenService:
    """Signs and reads access tokens. Holds the ring, which is swapped as a whole by `use`."""

    def __init__(self, issuer: str, clock: Clock) -> None:
        """Name `issuer` in every token. Start without keys; `use` gives them."""
        self._issuer = issuer
        self._clock = clock
        self._ring = KeyRing(())
        self._signing_key: SigningKey | None = None
        self._seen = SeenTokens()

    def use(self, ring: KeyRing, signing_key: SigningKey | None) -> None:
        """Sign with `signing_key` and accept the keys of `ring` from now on."""
        self._ring, self._signing_key = ring, signing_key
        self._seen.clear()

    @property
    def key_count(self) -> int:
        """How many keys tokens are accepted under."""
        return len(self._ring)

    def issue(
        self,
        *,
        user_id: UUID,
        session_id: UUID,
        expires_at: datetime,
        scope: str,
        auth_time: datetime,
        amr: Sequence[str],
    ) -> IssuedToken:
        """Sign an access token (RFC 9068) for one session.

        Args:
            user_id: Becomes `sub`.
            session_id: Becomes `sid`; the token is worth nothing once that session has ended.
            expires_at: Becomes `exp`; whole seconds, and not after the session's own end.
            scope: Space-separated scopes (RFC 6749 §3.3).
            auth_time: When the user last proved who they are.
            amr: How (RFC 8176).

        Raises:
            Unavailable: If there is no key to sign with at this moment.
        """
        if (key := self._signing_key) is None:
            raise Unavailable
        issued_at = int(self._clock.now().timestamp())
        header = {"alg": key.alg, "kid": key.kid, "typ": Purpose.ACCESS.value.typ}
        claims = {
            "iss": self._issuer,
            "sub": str(user_id),
            "aud": Purpose.ACCESS.value.audience,
            "exp": int(expires_at.timestamp()),
            "iat": issued_at,
            "jti": str(uuid4()),
            "sid": str(session_id),
            "client_id": FIRST_PARTY,
            "scope": scope,
            "auth_time": int(auth_time.timestamp()),
            "amr": list(amr),
        }
        return IssuedToken(
            text=_signed(header, claims, key),
            issued_at=datetime.fromtimestamp(issued_at, tz=UTC),
            expires_at=expires_at,
        )

    def verify(self, text: str) -> Claims:
        """Check an access token. Its signature is checked once, its times whenever it is seen.

        Raises:
            InvalidToken: If anything is wrong with it.
            ExpiredToken: If it is genuine and past its `exp`.

        """
        now = self._clock.now()
        token = self._seen.get(text)
        if token is None:
            token = prove(text, self._ring, Purpose.ACCESS, issuer=self._issuer, now=now)
            self._seen.add(text, token)
        return token.claims_at(now)


def _signed(header: Mapping[str, object], claims: Mapping[str, object], key: SigningKey) -> str:
    signing_input = f"{_segment(header)}.{_segment(claims)}"
    return f"{signing_input}.{encode_segment(key.key.sign(signing_input.encode()))}"


def _segment(members: Mapping[str, object]) -> str:
    return encode_segment(json.dumps(members, separators=(",", ":")).encode())
