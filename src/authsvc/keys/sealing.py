"""Seals key material for storage: AES-256-GCM under a key derived from the application secret."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authsvc.core.secrets import ApplicationSecret

_VERSION = "2"
# Sealed texts of the first version do not say which secret they were made under.
_FIRST_VERSION = "1"
_NONCE_BYTES = 12
_ID_BYTES = 6


class SealBroken(Exception):
    """The sealed text was made under another secret, for another key, or was changed."""


class Sealer:
    """Seals and opens. A sealed text opens only under the key id it was sealed for."""

    def __init__(self, secret: ApplicationSecret) -> None:
        """Derive the sealing keys; what an earlier secret sealed is opened too."""
        keys = (AESGCM(key) for key in secret.derive("signing-keys/seal/1"))
        # A name for each that tells nothing about it, so that a text can say what opens it.
        names = (_text(name[:_ID_BYTES]) for name in secret.derive("signing-keys/seal-id/1"))
        self._keys = dict(zip(names, keys, strict=True))
        self._current = next(iter(self._keys))

    def seal(self, kid: str, material: bytes) -> str:
        """Seal `material` as `version.sealing key's id.base64url(nonce ‖ ciphertext)`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = nonce + self._keys[self._current].encrypt(nonce, material, kid.encode())
        return f"{_VERSION}.{self._current}.{_text(box)}"

    def open(self, kid: str, sealed: str) -> bytes:
        """Return the material.

        Raises:
            SealBroken: If no known secret opens it.

        """
        version, name, encoded = _parts(sealed)
        try:
            box = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except ValueError:
            raise SealBroken from None
        if len(box) > _NONCE_BYTES:
            for own_name, key in self._keys.items():
                if version == _VERSION and name != own_name:
                    continue
                try:
                    return key.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], kid.encode())
                except InvalidTag:
                    continue
        raise SealBroken

    def is_current(self, sealed: str) -> bool:
        """Tell whether a text says that it was sealed under the current secret, in this form."""
        return _parts(sealed)[:2] == (_VERSION, self._current)

    def is_stale(self, sealed: str) -> bool:
        """Tell whether a text says that it is in the first form, or under the secret before."""
        version, name, _ = _parts(sealed)
        return version == _FIRST_VERSION or (name in self._keys and name != self._current)


def _parts(sealed: str) -> tuple[str, str, str]:
    """Split into version, name and box; without a version that is known, the box is empty."""
    version, _, rest = sealed.partition(".")
    if version == _FIRST_VERSION:
        return version, "", rest
    name, _, box = rest.partition(".")
    return (version, name, box) if version == _VERSION else ("", "", "")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
