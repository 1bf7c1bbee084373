"""The application secret: the one root from which every other key of the service is derived."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_LENGTH = 32


class ApplicationSecret:
    """The secret in use and, while it is being changed, the one before it."""

    def __init__(self, current: str, previous: str | None = None) -> None:
        """Take the values of AUTHSVC_SECRET_KEY and AUTHSVC_SECRET_KEY_PREVIOUS."""
        self._secrets = [current.encode()] + ([previous.encode()] if previous else [])

    def derive(self, purpose: str) -> Sequence[bytes]:
        """Derive one 32-byte key for each secret (HKDF-SHA-256, RFC 5869), the current one first.

        The first is for making, all of them for checking. Keys of different purposes tell nothing
        about each other.
        """
        return [
            HKDF(SHA256(), _KEY_LENGTH, salt=None, info=f"authsvc/{purpose}".encode()).derive(
                secret
            )
            for secret in self._secrets
        ]

    def __repr__(self) -> str:
        """Never show a secret."""
        return "ApplicationSecret(…)"


class Pseudonyms:
    """Names people so that the same person has the same name, and nobody can read who it is."""

    def __init__(self, secret: ApplicationSecret, purpose: str) -> None:
        """Name them for one purpose; names for different purposes cannot be matched."""
        self._key = secret.derive(purpose)[0]

    def of(self, text: str) -> str:
        """Return the name: HMAC-SHA-256 in hexadecimal."""
        return hmac.new(self._key, text.encode(), sha256).hexdigest()
