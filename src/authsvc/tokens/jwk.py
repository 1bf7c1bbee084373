"""Reads published keys (RFC 7517): each into the one algorithm that it may prove tokens with.

A key set comes over a network, and whoever reads it trusts what it says. So a key is taken only in
the spelling that we publish, and nothing in it can choose more than its own kind allows.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwk
from jose.backends.cryptography_backend import CryptographyECKey, CryptographyRSAKey

from authsvc.tokens.keyring import Algorithm, VerificationKey

# The private members of every kind of key, and the secret of a symmetric one (RFC 7518 §6).
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_COORDINATE_BYTES = 32
# Below, it can be factored one day; above, a hostile set makes every verification slow.
_RSA_BITS = range(2048, 4096 + 1)
_RSA_EXPONENTS = range(3, 2**32)
_THUMBPRINT_MEMBERS: Mapping[Algorithm, tuple[str, ...]] = {
    "ES256": ("crv", "kty", "x", "y"),
    "RS256": ("e", "kty", "n"),
}


def read_public_key(members: Mapping[str, object]) -> VerificationKey:
    """Read one public key: ES256 on P-256, or RS256 with at least 2,048 bits.

    Members that mean nothing to us are ignored (RFC 7517 §4); private ones never are.

    Raises:
        ValueError: If it is any other kind of key, is not meant for signatures, or its `kid` is not
            its RFC 7638 thumbprint. The message repeats nothing of the key.

    """
    if PRIVATE_MEMBERS & members.keys():
        raise ValueError("a key shows private members")
    if members.get("use") != "sig":
        raise ValueError("a key is not meant for signatures")
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    alg: Algorithm
    match members.get("kty"), members.get("alg"):
        case "EC", "ES256":
            key, alg = _read_ec(members), "ES256"
        case "RSA", "RS256":
            key, alg = _read_rsa(members), "RS256"
        case _:
            raise ValueError("a key is of a kind that is not used here")
    kid = _thumbprint(members, alg)
    if members.get("kid") != kid:
        raise ValueError("a key does not have its thumbprint for a name")
    prepared = jwk.construct(key, algorithm=alg)
    if not isinstance(prepared, CryptographyECKey | CryptographyRSAKey):
        # python-jose falls back to pure-Python arithmetic when `cryptography` is missing.
        raise TypeError("python-jose does not use the cryptography backend")
    return VerificationKey(kid, alg, prepared)


def _read_ec(members: Mapping[str, object]) -> ec.EllipticCurvePublicKey:
    if members.get("crv") != "P-256":
        raise ValueError("a key is on a curve that is not used here")
    x, y = (_number(members.get(name), _COORDINATE_BYTES) for name in ("x", "y"))
    try:
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError:
        raise ValueError("a key is no point on its curve") from None


def _read_rsa(members: Mapping[str, object]) -> rsa.RSAPublicKey:
    n, e = _number(members.get("n")), _number(members.get("e"))
    if n.bit_length() not in _RSA_BITS or e not in _RSA_EXPONENTS:
        raise ValueError("a key is too small or too large")
    try:
        return rsa.RSAPublicNumbers(e, n).public_key()
    except ValueError:
        raise ValueError("a key is no RSA key") from None


def _number(value: object, length: int | None = None) -> int:
    """Read a number in its one spelling (RFC 7518 §2, §6.2.1.2)."""
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value) or len(value) % 4 == 1:
        raise ValueError("a key holds what is no number")
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    is_canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == value
    if not is_canonical or (len(raw) != length if length else raw[0] == 0):
        raise ValueError("a key spells a number in a way of its own")
    return int.from_bytes(raw)


def _thumbprint(members: Mapping[str, object], alg: Algorithm) -> str:
    """Return the RFC 7638 thumbprint (SHA-256, base64url) of a key whose spelling was checked."""
    chosen = {name: members[name] for name in _THUMBPRINT_MEMBERS[alg]}
    canonical = json.dumps(chosen, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
