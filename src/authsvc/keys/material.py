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
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
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
# What is taken from others: no weaker (RFC 7518 §3.3), and no signature that swells every token.
_RSA_RANGE = (2048, 4096)
_RSA_EXPONENT = 65537
_HMAC_BYTES = 32
_PREPARED = (CryptographyECKey, CryptographyRSAKey, CryptographyHMACKey)

# The members that make a thumbprint (RFC 7638 §3.2): for key pairs, all that is public.
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
        key = rsa.generate_private_key(public_exponent=_RSA_EXPONENT, key_size=_RSA_BITS)
    return private_pem(key)


def private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """Return a private key as the bytes that are sealed."""
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
            raise ValueError(f"an HS256 secret needs at least {_HMAC_BYTES} bytes")
        signing = verifying = _constructed(secret, alg)
    else:
        try:
            private = load_pem_private_key(material, password=None)
        except TypeError:
            raise ValueError("it is locked with a password") from None
        except (ValueError, UnsupportedAlgorithm):
            raise ValueError("it cannot be read as a private key") from None
        _check_kind(alg, private)
        signing = _constructed(private, alg)
        verifying = signing.public_key()
    verification = _named(alg, verifying)
    return SigningKey(verification.kid, alg, signing), verification


def prepare_public(alg: Algorithm, material: bytes) -> VerificationKey:
    """Turn a public half into the key that verifies.

    Raises:
        ValueError: If the material is not of that algorithm, or too weak for it.

    """
    try:
        public = load_pem_public_key(material)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("it cannot be read as a public key") from None
    _check_kind(alg, public)
    return _named(alg, _constructed(public, alg))


def verifying_material(key: VerificationKey) -> bytes:
    """Return what is enough to verify: the public half for `prepare_public`, or HS256's secret."""
    prepared = key.key.prepared_key
    if isinstance(prepared, bytes):
        return base64.urlsafe_b64encode(prepared)
    half: bytes = prepared.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return half


def public_jwk(key: VerificationKey) -> Mapping[str, str] | None:
    """Return a key as a key set shows it (RFC 7517 §4); None for a symmetric one, never shown."""
    members = _members(key.key)
    if members["kty"] == "oct":
        return None
    public = {name: members[name] for name in _THUMBPRINT_MEMBERS[members["kty"]]}
    return {**public, "kid": key.kid, "use": "sig", "alg": key.alg}


def thumbprint(members: Mapping[str, str]) -> str:
    """Return the RFC 7638 thumbprint of a key (SHA-256, base64url)."""
    chosen = {name: members[name] for name in _THUMBPRINT_MEMBERS[members["kty"]]}
    canonical = json.dumps(chosen, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _check_kind(alg: Algorithm, key: object) -> None:
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        if alg == "ES256" and isinstance(key.curve, ec.SECP256R1):
            return
        kind = f"on the curve {key.curve.name}"
    elif isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
        exponent = public.public_numbers().e
        lowest, highest = _RSA_RANGE
        if alg == "RS256" and lowest <= key.key_size <= highest and exponent >= _RSA_EXPONENT:
            return
        kind = f"RSA of {key.key_size} bits"
        kind += f" with the exponent {exponent}" if exponent < _RSA_EXPONENT else ""
    else:
        kind = "of a kind that is not known here"
    needs = "P-256 (secp256r1)" if alg == "ES256" else "RSA of 2048 to 4096 bits"
    raise ValueError(f"it is {kind}, and {alg} needs {needs}")


def _constructed(key: object, alg: Algorithm) -> Key:
    try:
        prepared = jwk.construct(key, algorithm=alg)
    except JWKError:
        raise ValueError(f"it is not a key for {alg}") from None
    if not isinstance(prepared, _PREPARED):
        # python-jose falls back to pure-Python arithmetic when `cryptography` is missing.
        raise TypeError("python-jose does not use the cryptography backend")
    return prepared


def _named(alg: Algorithm, verifying: Key) -> VerificationKey:
    return VerificationKey(thumbprint(_members(verifying)), alg, verifying)


def _members(key: Key) -> dict[str, str]:
    return {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in key.to_dict().items()
    }
