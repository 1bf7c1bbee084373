"""Key files as operators make them: good ones in every usual form, and ones that must not pass."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from attacks.forge import encode
from authsvc.tokens.keyring import Algorithm
from keys.materials import pem

CURVE = ec.generate_private_key(ec.SECP256R1())
MODULUS = rsa.generate_private_key(65537, 2048)
SECRET_BYTES = bytes(range(100, 132))
# What `openssl ecparam -genkey` writes before the key.
_PARAMETERS = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"


def key_file(path: Path, content: bytes | Mapping[str, Any], mode: int = 0o600) -> Path:
    """Write a key file."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    path.chmod(mode)
    return path


def _traditional(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def number(value: int, length: int | None = None) -> str:
    """Write a number as a JWK does."""
    return encode(value.to_bytes(length or (value.bit_length() + 7) // 8))


def jwk_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> dict[str, Any]:
    """Write a private key as a JWK."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        own = key.private_numbers()
        point = own.public_numbers
        parts = {"d": own.private_value, "x": point.x, "y": point.y}
        return {"kty": "EC", "crv": "P-256"} | {n: number(v, 32) for n, v in parts.items()}
    numbers = key.private_numbers()
    public = numbers.public_numbers
    values = {
        "n": public.n, "e": public.e, "d": numbers.d, "p": numbers.p, "q": numbers.q,
        "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp,
    }  # fmt: skip
    return {"kty": "RSA"} | {name: number(value) for name, value in values.items()}


EC_JWK, RSA_JWK = jwk_of(CURVE), jwk_of(MODULUS)
OCT_JWK = {"kty": "oct", "k": encode(SECRET_BYTES)}

GOOD: Mapping[str, tuple[Algorithm, bytes | Mapping[str, Any]]] = {
    "EC, PKCS#8": ("ES256", pem(CURVE)),
    "EC, SEC1": ("ES256", _traditional(CURVE)),
    "EC, as openssl writes it": ("ES256", _PARAMETERS + _traditional(CURVE)),
    "EC, with space around": ("ES256", b"\n\n" + pem(CURVE) + b"\n"),
    "EC, JWK": ("ES256", {**EC_JWK, "alg": "ES256", "use": "sig", "kid": "ours", "key_ops": []}),
    "RSA, PKCS#8": ("RS256", pem(MODULUS)),
    "RSA, PKCS#1": ("RS256", _traditional(MODULUS)),
    "RSA, JWK": ("RS256", RSA_JWK),
    "RSA, JWK without its primes": ("RS256", {n: RSA_JWK[n] for n in ("kty", "n", "e", "d")}),
    "oct, JWK": ("HS256", OCT_JWK),
}

_P384 = ec.generate_private_key(ec.SECP384R1())
_WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose
_OTHER = jwk_of(ec.generate_private_key(ec.SECP256R1()))
_PUBLIC = CURVE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
_DER = CURVE.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
_LOCKED = pem(CURVE, BestAvailableEncryption(b"x"))
_EDWARDS = pem(ed25519.Ed25519PrivateKey.generate())

# What each must be refused for.
BAD: Mapping[str, tuple[Algorithm, bytes | Mapping[str, Any], str]] = {
    "nothing": ("ES256", b"", "neither PEM nor a JWK"),
    "DER": ("ES256", _DER, "neither PEM nor a JWK"),
    "a word": ("HS256", b"correct horse battery staple", "neither PEM nor a JWK"),
    "a public key": ("ES256", _PUBLIC, "holds no private key"),
    "cut off": ("ES256", pem(CURVE)[:-40], "cannot be read as a private key"),
    "locked": ("ES256", _LOCKED, "locked with a password"),
    "P-384": ("ES256", pem(_P384), "on the curve secp384r1, and ES256 needs P-256"),
    "Ed25519": ("ES256", _EDWARDS, "of a kind that is not known"),
    "1024 bits": ("RS256", pem(_WEAK), "RSA of 1024 bits, and RS256 needs"),
    "1024 bits, JWK": ("RS256", jwk_of(_WEAK), "RSA of 1024 bits, and RS256 needs"),
    "RSA for ES256": ("ES256", pem(MODULUS), "RSA of 2048 bits, and ES256 needs P-256"),
    "EC for RS256": ("RS256", pem(CURVE), "on the curve secp256r1, and RS256 needs RSA"),
    "PEM for HS256": ("HS256", pem(CURVE), "HS256 needs a JWK whose kty is oct"),
    "RSA JWK for ES256": ("ES256", RSA_JWK, "kty is RSA, and ES256 needs EC"),
    "EC JWK for HS256": ("HS256", EC_JWK, "kty is EC, and HS256 needs oct"),
    "31 bytes": ("HS256", {"kty": "oct", "k": encode(SECRET_BYTES[1:])}, "at least 32 bytes"),
    "zeros": ("HS256", {"kty": "oct", "k": encode(bytes(32))}, "not random"),
    "513 bytes": ("HS256", {"kty": "oct", "k": encode(SECRET_BYTES * 17)}, "longer than 512"),
    "OKP": ("ES256", {"kty": "OKP", "crv": "Ed25519", "d": "AA", "x": "AA"}, "kty is none of"),
    "no kty": ("ES256", {"d": EC_JWK["d"]}, "kty is none of"),
    "a set": ("ES256", {"keys": [EC_JWK]}, "not one JWK"),
    "nested": ("ES256", b'{"a":' * 9 + b"1" + b"}" * 9, "no JSON that can be relied on"),
    "twice the same": ("ES256", b'{"kty":"EC","kty":"oct"}', "no JSON that can be relied on"),
    "another alg": ("ES256", {**EC_JWK, "alg": "ES384"}, "not for signing with ES256"),
    "for encryption": ("ES256", {**EC_JWK, "use": "enc"}, "not for signing with ES256"),
    "another crv": ("ES256", {**EC_JWK, "crv": "P-384"}, "crv is not P-256"),
    "public JWK": ("ES256", {n: EC_JWK[n] for n in ("kty", "crv", "x", "y")}, "its d is missing"),
    "short d": ("ES256", {**EC_JWK, "d": EC_JWK["d"][:40]}, "not of 32 bytes each"),
    "another's point": ("ES256", {**EC_JWK, "x": _OTHER["x"], "y": _OTHER["y"]}, "belong together"),
    "no point": ("ES256", {**EC_JWK, "y": EC_JWK["x"]}, "do not belong together"),
    "not base64url": ("ES256", {**EC_JWK, "x": "+/=="}, "its x is missing, or not base64url"),
    "a number": ("ES256", {**EC_JWK, "d": 1}, "its d is missing, or not base64url"),
    "one prime": ("RS256", {n: v for n, v in RSA_JWK.items() if n != "q"}, "its q is missing"),
    "three primes": ("RS256", {**RSA_JWK, "oth": []}, "more than two primes"),
    "another d": ("RS256", {**RSA_JWK, "d": number(65537)}, "do not belong together"),
    "another n": ("RS256", {**RSA_JWK, "n": RSA_JWK["n"][:-4] + "AAAA"}, "do not belong together"),
    "a huge n": ("RS256", {**RSA_JWK, "n": "A" * 4 + "_" * 2000}, "n is too long"),
    "long": ("ES256", pem(CURVE) + b"\n" * 70_000, "longer than any key"),
}

Content = bytes | Mapping[str, Any]
Writer = Callable[[Content], Path]
