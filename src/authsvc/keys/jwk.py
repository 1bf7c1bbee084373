"""Reads a private JWK (RFC 7517, RFC 7518 §6) into the same material that keys are made as."""

import base64
import re
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.keys.material import private_pem
from authsvc.tokens.keyring import Algorithm

_KEY_TYPES: Mapping[Algorithm, str] = {"ES256": "EC", "RS256": "RSA", "HS256": "oct"}
_CURVE = "P-256"
_COORDINATE_BYTES = 32
_LONGEST_SECRET = 512
_LONGEST_MODULUS = 8192
# Fewer different bytes than any 32 random ones have: a word, or a placeholder (RFC 8725 §3.5).
_FEWEST_DIFFERENT = 10
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_FACTORS = ("p", "q", "dp", "dq", "qi")


def from_jwk(members: object, alg: Algorithm) -> bytes:
    """Return the material of a private JWK, as `material.prepare` takes it.

    Raises:
        ValueError: If it is none for that algorithm. The message repeats no value.

    """
    if not isinstance(members, dict) or "keys" in members:
        raise ValueError("it is not one JWK")
    kind = members.get("kty")
    if kind not in _KEY_TYPES.values():
        raise ValueError("its kty is none of EC, RSA and oct")
    if kind != _KEY_TYPES[alg]:
        raise ValueError(f"its kty is {kind}, and {alg} needs {_KEY_TYPES[alg]}")
    if members.get("alg", alg) != alg or members.get("use", "sig") != "sig":
        raise ValueError(f"its alg or use says that it is not for signing with {alg}")
    if alg == "HS256":
        return _secret(members)
    return private_pem(_elliptic(members) if alg == "ES256" else _rsa(members))


def _secret(members: Mapping[str, object]) -> bytes:
    secret = _octets(members, "k")
    if len(set(secret)) < _FEWEST_DIFFERENT or len(secret) > _LONGEST_SECRET:
        raise ValueError(f"its k is not random, or longer than {_LONGEST_SECRET} bytes")
    return base64.urlsafe_b64encode(secret)


def _elliptic(members: Mapping[str, object]) -> ec.EllipticCurvePrivateKey:
    if members.get("crv") != _CURVE:
        raise ValueError(f"its crv is not {_CURVE}")
    d, x, y = (_octets(members, name) for name in ("d", "x", "y"))
    if {len(d), len(x), len(y)} != {_COORDINATE_BYTES}:
        raise ValueError(f"its d, x and y are not of {_COORDINATE_BYTES} bytes each")
    point = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
    try:
        return ec.EllipticCurvePrivateNumbers(int.from_bytes(d), point).private_key()
    except ValueError:
        raise ValueError("its d, x and y do not belong together") from None


def _rsa(members: Mapping[str, object]) -> rsa.RSAPrivateKey:
    if "oth" in members:
        raise ValueError("it has more than two primes")
    n, e, d = (_number(members, name) for name in ("n", "e", "d"))
    has_factors = any(name in members for name in _FACTORS)
    factors = [_number(members, name) for name in _FACTORS] if has_factors else []
    if n.bit_length() > _LONGEST_MODULUS:
        raise ValueError("its n is too long")
    try:
        if not factors:
            p, q = rsa.rsa_recover_prime_factors(n, e, d)
            factors = [p, q, d % (p - 1), d % (q - 1), rsa.rsa_crt_iqmp(p, q)]
        p, q, dp, dq, qi = factors
        return rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, rsa.RSAPublicNumbers(e, n)).private_key()
    except ValueError:
        raise ValueError("its numbers do not belong together") from None


def _number(members: Mapping[str, object], name: str) -> int:
    return int.from_bytes(_octets(members, name))


def _octets(members: Mapping[str, object], name: str) -> bytes:
    value = members.get(name)
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        raise ValueError(f"its {name} is missing, or not base64url")
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        raise ValueError(f"its {name} is missing, or not base64url") from None
