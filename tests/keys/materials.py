"""Key material that must never sign: weak, foreign, locked, broken or not a key at all."""

import base64
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from authsvc.keys.material import make_key

Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

_P256 = bytes.fromhex("06082a8648ce3d030107")
_NO_CURVE = bytes.fromhex("06082a8648ce3d030109")
_EC = bytes.fromhex("06072a8648ce3d0201")
_NO_KIND = bytes.fromhex("06072a8648ce3d0209")


def pem(key: Private, lock: KeySerializationEncryption | None = None) -> bytes:
    """Return a private key as PKCS#8."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption())


def _with(material: bytes, old: bytes, new: bytes) -> bytes:
    lines = material.splitlines()
    der = base64.b64decode(b"".join(lines[1:-1]))
    assert old in der
    return b"\n".join((lines[0], base64.b64encode(der.replace(old, new)), lines[-1], b""))


_GOOD = ec.generate_private_key(ec.SECP256R1())
_WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505 - weak on purpose
_PUBLIC = _GOOD.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
_POINT, _OTHER_POINT = (
    key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    for key in (_GOOD, ec.generate_private_key(ec.SECP256R1()))
)
_NO_PEM: Mapping[str, bytes] = {
    "nothing": b"",
    "words": b"not a key",
    "bytes": bytes(range(256)),
    "a public key": _PUBLIC,
    "a certificate": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "cut off": pem(_GOOD)[:80],
}

UNUSABLE: Mapping[str, Mapping[str, bytes]] = {
    "ES256": {
        **_NO_PEM,
        "an HS256 secret": make_key("HS256"),
        "RSA": pem(_WEAK),
        "P-384": pem(ec.generate_private_key(ec.SECP384R1())),
        "secp256k1": pem(ec.generate_private_key(ec.SECP256K1())),
        "Ed25519": pem(ed25519.Ed25519PrivateKey.generate()),
        "locked": pem(_GOOD, BestAvailableEncryption(b"x")),
        "a curve nobody knows": _with(pem(_GOOD), _P256, _NO_CURVE),
        "a kind nobody knows": _with(pem(_GOOD), _EC, _NO_KIND),
        "another's public half": _with(pem(_GOOD), _POINT, _OTHER_POINT),
    },
    "RS256": {
        **_NO_PEM,
        "an HS256 secret": make_key("HS256"),
        "EC": pem(_GOOD),
        "1024 bits": pem(_WEAK),
        "a small exponent": pem(rsa.generate_private_key(3, 2048)),
    },
    "HS256": {
        **_NO_PEM,
        "31 bytes": base64.urlsafe_b64encode(b"\x5c" * 31),
        "a private key": pem(_GOOD),
        "a private key, encoded": base64.urlsafe_b64encode(pem(_GOOD)),
        "a public key, encoded": base64.urlsafe_b64encode(_PUBLIC),
        "good, then a line": base64.urlsafe_b64encode(b"\x5c" * 32) + b"\n",
        "good, with more within": b"!!" + base64.urlsafe_b64encode(b"\x5c" * 32),
        "not ASCII": "é".encode() * 40,
    },
}
