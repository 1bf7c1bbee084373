"""Seals key material for storage: AES-256-GCM under a key derived from the application secret."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authsvc.core.secrets import ApplicationSecret

_VERSION = "1"
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The sealed text was made under another secret, for another key, or was changed."""


class Sealer:
    """Seals and opens. A sealed text opens only under the key id it was sealed for."""

    def __init__(self, secret: ApplicationSecret) -> None:
        """Derive the sealing keys; what an earlier secret sealed is opened too."""
        self._keys = [AESGCM(key) for key in secret.derive("signing-keys/seal/1")]

    def seal(self, kid: str, material: bytes) -> str:
        """Seal `material` as `version.base64url(nonce ‖ ciphertext)`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = nonce + self._keys[0].encrypt(nonce, material, kid.encode())
        return f"{_VERSION}.{base64.urlsafe_b64encode(box).decode()}"

    def open(self, kid: str, sealed: str) -> bytes:
        """Return the material.

        Raises:
            SealBroken: If no known secret opens it.

        """
        version, _, encoded = sealed.partition(".")
        try:
            box = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except ValueError:
            raise SealBroken from None
        if version == _VERSION and len(box) > _NONCE_BYTES:
            for key in self._keys:
                try:
                    return key.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], kid.encode())
                except InvalidTag:
                    continue
        raise SealBroken
