"""A token whose signature holds: what it says stays the same, and whether that counts does not."""

from dataclasses import dataclass
from datetime import datetime

from authsvc.tokens.claims import Claims
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.keyring import VerificationKey

# Replicas' clocks differ by a few seconds; a token may seem to come from the near future.
_CLOCK_SKEW = 30


@dataclass(frozen=True, slots=True)
class GenuineToken:
    """What is true of a token whenever it is read, as long as the key ring stays the same.

    Attributes:
        claims: What it says. Whether that counts now, only `claims_at` tells.
        key: The key that it was proven with.
    """

    claims: Claims
    key: VerificationKey

    def claims_at(self, now: datetime) -> Claims:
        """Return what the token says, if it counts at `now`.

        Raises:
            InvalidToken: If its key is not accepted now, or the token is from the future.
            ExpiredToken: If it is past its `exp`.

        """
        if not self.key.is_usable(now):
            raise InvalidToken("kid")
        claims, seconds = self.claims, now.timestamp()
        latest = int(seconds) + _CLOCK_SKEW
        if claims.iat > latest or claims.auth_time > latest or (claims.nbf or 0) > latest:
            raise InvalidToken("not-yet")
        if claims.exp <= seconds:
            raise ExpiredToken(claims)
        return claims
