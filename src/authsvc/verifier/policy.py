"""How long the verifier goes on without authsvc, and which addresses it will ask at all."""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class VerifierPolicy:
    """The verifier's limits.

    Attributes:
        keys_usable_for: Tokens are verified with keys that were fetched this long ago, and no
            longer. A key that authsvc has dropped works that long at most where the new key set
            cannot be fetched.
        blind_for: Tokens are accepted for this long after the revocation feed was last read.
        when_blind: What happens then. `refuse`: 503 until it is read again. `accept`: go on; an
            ended session lives on until its access token expires.
        poll_every: Seconds between two readings of the feed.
        timeout: Seconds within which an answer must be there as a whole.
        unknown_kid_interval: Tokens under keys that nobody knows make one fetch in this time.
        remembered_tokens: So many verified tokens are not verified again. Expiry and revocation
            are checked every time.
    """

    keys_usable_for: timedelta = timedelta(hours=1)
    blind_for: timedelta = timedelta(hours=1)
    when_blind: Literal["refuse", "accept"] = "refuse"
    poll_every: float = 1.0
    timeout: float = 3.0
    unknown_kid_interval: timedelta = timedelta(seconds=10)
    remembered_tokens: int = 1024


def checked_url(url: str, *, allow_http: bool) -> str:
    """Return the address if it may be asked: https, or http to this very machine.

    Raises:
        ValueError: If it may not. The message does not repeat it: it may hold a password.

    """
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("an address must be like https://auth.example.com, without a user")
    is_plain = parts.scheme == "http" and (allow_http or _is_loopback(parts.hostname))
    if parts.scheme != "https" and not is_plain:
        raise ValueError("an address must begin with https:// (or set allow_http)")
    return url


def checked_issuer(issuer: str, *, allow_http: bool) -> str:
    """Return the issuer if tokens can carry it: authsvc's public URL, an origin.

    Raises:
        ValueError: If they cannot.

    """
    parts = urlsplit(checked_url(issuer, allow_http=allow_http))
    if issuer != f"{parts.scheme}://{parts.netloc}" or issuer != issuer.lower():
        raise ValueError("the issuer is authsvc's public URL: without a path, in lower case")
    return issuer


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
