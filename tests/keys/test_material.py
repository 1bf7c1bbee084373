"""Key material: strong by making, named by RFC 7638, and refused when it is anything else."""

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwk
from jose.backends.native import HMACKey

from attacks.forge import ALGORITHMS, key_of, make_forge
from authsvc.keys.material import make_key, prepare, thumbprint
from authsvc.tokens.keyring import Algorithm
from keys.materials import UNUSABLE

# RFC 7638 §3.1
RFC_KEY = {
    "kty": "RSA",
    "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2"
    "QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6W"
    "eZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
    "e": "AQAB",
    "alg": "RS256",
    "kid": "2011-04-29",
}


def test_the_thumbprint_is_the_one_the_rfc_computes() -> None:
    assert thumbprint(RFC_KEY) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    "canonical",
    (
        '{"crv":"P-256","kty":"EC","x":"eDE","y":"eTE"}',
        '{"e":"AQAB","kty":"RSA","n":"bjE"}',
        '{"k":"azE","kty":"oct"}',
    ),
)
def test_a_thumbprint_is_made_of_the_required_members_in_order(canonical: str) -> None:
    members = {"use": "sig", "d": "secret", "kid": "x", **json.loads(canonical), "alg": "x"}
    digest = hashlib.sha256(canonical.encode()).digest()
    assert thumbprint(members) == base64.urlsafe_b64encode(digest).decode().rstrip("=")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_made_key_signs_and_its_public_half_verifies(alg: Algorithm) -> None:
    signing, verification = prepare(alg, make_key(alg))
    assert (signing.kid, signing.alg) == (verification.kid, verification.alg)
    assert len(signing.kid) == 43
    signature = signing.key.sign(b"message")
    assert verification.key.verify(b"message", signature)
    assert not verification.key.verify(b"massage", signature)
    assert not key_of(make_forge(alg)).key.verify(b"message", signature)


@pytest.mark.parametrize("alg", ("ES256", "RS256"))
def test_what_verifies_cannot_sign(alg: Algorithm) -> None:
    key = key_of(make_forge(alg)).key
    assert key.is_public()
    assert set(key.to_dict()) <= {"alg", "kty", "crv", "x", "y", "n", "e"}


def test_made_keys_are_as_strong_as_promised_and_never_the_same() -> None:
    curve = make_forge("ES256").signing.key.prepared_key
    assert isinstance(curve, ec.EllipticCurvePrivateKey)
    assert curve.curve.name == "secp256r1"
    modulus = make_forge("RS256").signing.key.prepared_key
    assert isinstance(modulus, rsa.RSAPrivateKey)
    assert modulus.key_size >= 3072
    assert modulus.public_key().public_numbers().e == 65537
    secrets = {base64.urlsafe_b64decode(make_key("HS256")) for _ in range(1000)}
    assert len(secrets) == 1000
    assert {len(secret) for secret in secrets} == {32}


@pytest.mark.parametrize(
    ("alg", "what"), [(alg, what) for alg, materials in UNUSABLE.items() for what in materials]
)
def test_other_material_is_refused_and_not_repeated(alg: Algorithm, what: str) -> None:
    material = UNUSABLE[alg][what]
    with pytest.raises(ValueError, match=r".") as refused:
        prepare(alg, material)
    assert "PRIVATE" not in str(refused.value)


def test_a_key_without_the_cryptography_backend_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What python-jose falls back to by itself where `cryptography` cannot be imported.
    monkeypatch.setattr(jwk, "HMACKey", HMACKey)
    with pytest.raises(TypeError, match="cryptography"):
        prepare("HS256", make_key("HS256"))
