"""Credentials of clients: other services that may ask about tokens, by HTTP Basic (RFC 7617)."""

import base64
import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import unquote_plus

from starlette.types import Scope

from authsvc.core.gate import header_values
from authsvc.guard.errors import AmbiguousCredentials, InvalidClient


class Clients:
    """The registered clients. Their secrets are kept as digests, and compared as such."""

    def __init__(self, pairs: Iterable[str]) -> None:
        """Register clients written as `name:secret`."""
        self._digests: Mapping[str, bytes] = {
            name: _digest(secret) for name, _, secret in (pair.partition(":") for pair in pairs)
        }

    def authenticate(self, scope: Scope) -> str:
        """Return the name of the client that sends the request.

        Raises:
            InvalidClient: If its credentials are missing or wrong.
            AmbiguousCredentials: If there are two.

        """
        headers = header_values(scope, b"authorization")
        if len(headers) > 1:
            raise AmbiguousCredentials
        name, secret = _basic(headers[0]) if headers else ("", "")
        # RFC 6749 §2.3.1 has both form-encoded first, and many clients do not do that.
        for spelt in {(name, secret), (unquote_plus(name), unquote_plus(secret))}:
            if self._is_known(*spelt):
                return spelt[0]
        raise InvalidClient

    def _is_known(self, name: str, secret: str) -> bool:
        stored = self._digests.get(name)
        # Compared also where there is no such client, so that names cannot be told by time.
        is_same = hmac.compare_digest(stored or _digest(""), _digest(secret))
        return is_same and stored is not None


def _basic(header: bytes) -> tuple[str, str]:
    scheme, _, encoded = header.decode("latin-1").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        return "", ""
    return name, secret


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
