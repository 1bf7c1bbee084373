"""Makes key material and prepares it for use: PEM for key pairs, base64url for HS256's secret."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jose import jwk
from jose.backends.base import Key
from jose.backends.cryptography_backend import (
    CryptographyECKey,
    CryptographyHMACKey,
    CryptographyRSAKey,
)
from jose.exceptions import JWKError

from authsvc.tokens.keyring import Algorithm, SigningKey, VerificationKey

_RSA_BITS = 3072
_HMAC_BYTES = 32
_PREPARED = (CryptographyECKey, CryptographyRSAKey, CryptographyHMACKey)

# The members that make a thumbprint (RFC 7638 §3.2).
_THUMBPRINT_MEMBERS = {
    "EC": ("crv", "kty", "x", "y"),
    "RSA": ("e", "kty", "n"),
    "oct": ("k", "kty"),
}


def make_key(alg: Algorithm) -> bytes:
    """Make new key material for an algorithm, as the bytes that are sealed."""
    if alg == "HS256":
        return base64.urlsafe_b64encode(secrets.token_bytes(_HMAC_BYTES))
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    if alg == "ES256":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def prepare(alg: Algorithm, material: bytes) -> tuple[SigningKey, VerificationKey]:
    """Turn key material into the two keys that sign and verify.

    Raises:
        ValueError: If the material is not of that algorithm, or too weak for it.

    """
    signing: Key
    if alg == "HS256":
        # Validated: without it, whatever is no base64 is skipped, and a PEM passes for a secret.
        secret = base64.b64decode(material, altchars=b"-_", validate=True)
        if len(secret) < _HMAC_BYTES:
            raise ValueError("an HS256 secret needs at least 32 bytes")
        signing = verifying = _constructed(secret, alg)
    else:
        private = _private_key(material)
        if not _fits(alg, private):
            raise ValueError(f"the key is not one for {alg}")
        signing = _constructed(private, alg)
        verifying = signing.public_key()
    kid = thumbprint(_public_members(verifying))
    return SigningKey(kid, alg, signing), VerificationKey(kid, alg, verifying)


def thumbprint(members: Mapping[str, str]) -> str:
    """Return the RFC 7638 thumbprint of a key (SHA-256, base64url)."""
    chosen = {name: members[name] for name in _THUMBPRINT_MEMBERS[members["kty"]]}
    canonical = json.dumps(chosen, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _private_key(material: bytes) -> object:
    try:
        return load_pem_private_key(material, password=None)
    except (TypeError, UnsupportedAlgorithm):
        raise ValueError("the key is locked, or of a kind that is not known here") from None


def _fits(alg: Algorithm, key: object) -> bool:
    if alg == "ES256":
        return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    return isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _RSA_BITS


def _constructed(key: object, alg: Algorithm) -> Key:
    try:
        prepared = jwk.construct(key, algorithm=alg)
    except JWKError:
        raise ValueError(f"the key is not one for {alg}") from None
    if not isinstance(prepared, _PREPARED):
        # python-jose falls back to pure-Python arithmetic when `cryptography` is missing.
        raise TypeError("python-jose does not use the cryptography backend")
    return prepared


def _public_members(key: Key) -> dict[str, str]:
    return {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in key.to_dict().items()
    }
