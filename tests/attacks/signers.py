"""Keys and signatures that an attacker has: his own, the public one, the right one misused."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attacks.forge import Forge, Signer, key_of
from authsvc.keys.material import make_key, prepare

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_GUESSES = (b"", b"\0" * 32, b"secret", b"null", b"None", b"undefined", b"your-256-bit-secret")


@dataclass(frozen=True)
class Attacker:
    """An attacker's own key, whole and good, only not ours."""

    kid: str
    sign: Signer
    public_members: Mapping[str, object]


def another_key(forge: Forge) -> Attacker:
    """Make a key of the same kind."""
    alg = forge.signing.alg
    signing, verification = prepare(alg, make_key(alg))
    members: dict[str, Any] = verification.key.to_dict()
    return Attacker(signing.kid, signing.key.sign, {**members, "kid": signing.kid})


def public_forms(forge: Forge) -> Iterator[tuple[str, bytes]]:
    """Yield what anybody knows, as bytes that a careless verifier takes for a secret."""
    yield "the kid", forge.signing.kid.encode()
    for guess in _GUESSES:
        yield repr(guess), guess
    key = _private(forge)
    if isinstance(key, bytes):
        return
    for form, public in _public_bytes(key.public_key()):
        yield form, public
        yield f"{form}, stripped", public.strip()
    yield "the JWK", json.dumps(key_of(forge).key.to_dict()).encode()


def signers_of_other_algorithms(forge: Forge) -> Iterator[tuple[str, Signer]]:
    """Yield good signatures of the right key in algorithms that it is not meant for."""
    key = _private(forge)
    if isinstance(key, bytes):
        yield "HS384", lambda message: hmac.new(key, message, hashlib.sha384).digest()
        yield "HS512", lambda message: hmac.new(key, message, hashlib.sha512).digest()
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        yield "ES384", lambda message: _raw(key.sign(message, ec.ECDSA(hashes.SHA384())))
        yield "ES512", lambda message: _raw(key.sign(message, ec.ECDSA(hashes.SHA512())))
    else:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        pkcs = padding.PKCS1v15()
        yield "PS256", lambda message: key.sign(message, pss, hashes.SHA256())
        yield "RS384", lambda message: key.sign(message, pkcs, hashes.SHA384())
        yield "RS512", lambda message: key.sign(message, pkcs, hashes.SHA512())


def odd_signers(forge: Forge) -> Iterator[tuple[str, Signer]]:
    """Yield signatures that are none, among them the ones that broken arithmetic lets pass."""
    length = len(forge.sign(b""))
    yield "of another message", lambda message: forge.sign(message + b" ")
    yield "shorter by a byte", lambda message: forge.sign(message)[:-1]
    yield "longer by a byte", lambda message: forge.sign(message) + b"\0"
    yield "a zero before", lambda message: b"\0" + forge.sign(message)
    yield "twice", lambda message: forge.sign(message) * 2
    for form, signature in (
        ("zeros", bytes(length)),
        ("all bits set", b"\xff" * length),
        ("one byte", b"\0"),
        ("long", b"\x01" * 1900),
    ):
        yield form, always(signature)
    key = _private(forge)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        yield "DER", lambda message: key.sign(message, ec.ECDSA(hashes.SHA256()))
        for r, s in product((0, 1, _P256_ORDER), repeat=2):
            yield f"r={r:x} s={s:x}", always(r.to_bytes(32) + s.to_bytes(32))


def always(signature: bytes) -> Signer:
    """Return a signer that signs everything with the same bytes."""
    return lambda _: signature


def _private(forge: Forge) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | bytes:
    key = forge.signing.key.prepared_key
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | bytes)
    return key


def _raw(der: bytes) -> bytes:
    return b"".join(number.to_bytes(32) for number in decode_dss_signature(der))


def _public_bytes(
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
) -> Iterator[tuple[str, bytes]]:
    yield "PEM", key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    yield "DER", key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    yield "OpenSSH", key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    if isinstance(key, ec.EllipticCurvePublicKey):
        yield "point", key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        yield "short point", key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    else:
        yield "PKCS#1 PEM", key.public_bytes(Encoding.PEM, PublicFormat.PKCS1)
