"""Published keys are read in the one spelling that we publish, or not at all."""

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.forge import GONE, Forge, changed, encode, key_of, make_forge
from authsvc.tokens.jwk import read_public_key
from authsvc.verifier.key_set import read_key_set
from verifier.loopback import another_forge, key_set, public_jwk

ES, RS = make_forge("ES256"), make_forge("RS256")
NAMES = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "oct": ("k", "kty")}
_OTHER_CURVE = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()


def named(jwk: dict[str, Any]) -> dict[str, Any]:
    """Give a key its thumbprint (RFC 7638), so that nothing else is wrong with it."""
    chosen = {name: jwk[name] for name in NAMES[jwk["kty"]] if name in jwk}
    canonical = json.dumps(chosen, separators=(",", ":"), sort_keys=True)
    return {**jwk, "kid": encode(hashlib.sha256(canonical.encode()).digest())}


@pytest.mark.parametrize("forge", (ES, RS), ids=("ES256", "RS256"))
def test_a_key_as_we_publish_it_proves_our_tokens_and_no_others(forge: Forge) -> None:
    key = read_public_key({**public_jwk(forge), "x5t": "means nothing here"})
    assert (key.kid, key.alg) == (key_of(forge).kid, forge.signing.alg)
    assert (key.not_before, key.retire_at) == (None, None)
    assert key.key.verify(b"text", forge.sign(b"text"))
    assert not key.key.verify(b"text", another_forge(forge.signing.alg).sign(b"text"))


@pytest.mark.parametrize(
    ("forge", "changes", "reason"),
    (
        (ES, {"use": GONE}, "signatures"),
        (ES, {"use": "enc"}, "signatures"),
        (ES, {"alg": GONE}, "kind"),
        (ES, {"alg": "ES384"}, "kind"),
        (ES, {"alg": "HS256"}, "kind"),
        (ES, {"alg": "RS256"}, "kind"),
        (RS, {"alg": "PS256"}, "kind"),
        (RS, {"alg": "none"}, "kind"),
        (ES, {"kty": "OKP"}, "kind"),
        (ES, {"kty": ["EC"]}, "kind"),
        (ES, {"kty": "oct", "alg": "HS256"}, "kind"),
        (ES, {"crv": "secp256k1"}, "curve"),
        (ES, {"crv": GONE}, "curve"),
        (ES, {"x": encode(_OTHER_CURVE.x.to_bytes(48))}, "spells"),
        (ES, {"x": encode(b"\1" * 32), "y": encode(b"\2" * 32)}, "no point"),
        (ES, {"x": encode(bytes(32)), "y": encode(bytes(32))}, "no point"),
        (ES, {"x": encode(b"\0" + b"\1" * 32)}, "spells"),
        (ES, {"x": encode(b"\1" * 31)}, "spells"),
        (ES, {"x": encode(b"\1" * 32) + "="}, "is no number"),
        (ES, {"x": encode(b"\1" * 32)[:-1] + "F"}, "spells"),
        (ES, {"x": 5}, "is no number"),
        (ES, {"x": "AAAAA"}, "is no number"),
        (ES, {"y": GONE}, "is no number"),
        (RS, {"n": encode(b"\xff" * 128)}, "small"),
        (RS, {"n": encode(b"\xff" * 513)}, "large"),
        (RS, {"n": encode(b"\0" + b"\xff" * 256)}, "spells"),
        (RS, {"n": ""}, "is no number"),
        (RS, {"e": encode(b"\1")}, "small"),
        (RS, {"e": encode(b"\1" * 5)}, "large"),
        (RS, {"e": encode(b"\0")}, "spells"),
        (RS, {"e": encode(b"\4")}, "no RSA key"),
    ),
)
def test_any_other_key_is_refused(forge: Forge, changes: dict[str, Any], reason: str) -> None:
    members = changed(public_jwk(forge), changes)
    if members["kty"] in ("EC", "RSA"):
        members = named(members)
    with pytest.raises(ValueError, match=reason):
        read_public_key(members)


@pytest.mark.parametrize("kid", (GONE, "", "mine", 7, key_of(RS).kid, key_of(ES).kid + "="))
def test_a_key_goes_by_its_thumbprint(kid: object) -> None:
    with pytest.raises(ValueError, match="thumbprint"):
        read_public_key(changed(public_jwk(ES), {"kid": kid}))


@pytest.mark.parametrize("member", ("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
def test_a_key_that_shows_its_private_half_is_worth_nothing_any_more(member: str) -> None:
    with pytest.raises(ValueError, match="private"):
        read_public_key({**public_jwk(RS), member: "AQAB"})


def test_a_symmetric_key_is_never_read() -> None:
    secret = named({"kty": "oct", "k": encode(b"\1" * 32), "use": "sig", "alg": "HS256"})
    with pytest.raises(ValueError, match="private"):
        read_public_key(secret)


@pytest.mark.parametrize(
    ("body", "reason"),
    (
        (b"", "not valid JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "or none"),
        (b'{"keys": {}}', "or none"),
        (b'{"keys": []}', "empty"),
        (b'{"keys": [[]]}', "what is no key"),
        (key_set(ES, ES), "two keys with one kid"),
        (key_set(ES, RS), "keys of one algorithm"),
        (b'{"keys": [], ' + key_set(ES)[1:], "twice"),
        (key_set(ES).replace(b'"alg"', b'"alg": "HS256", "alg"'), "twice"),
        (json.dumps({"keys": [public_jwk(ES)] * 33}).encode(), "too large"),
        (b'{"keys":' + b"[" * 9, "deeply"),
    ),
    # The keys are new in each process.
    ids=range(12),
)
def test_a_set_is_read_as_a_whole_or_not_at_all(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_key_set(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from((ES, RS)), st.data())
def test_whatever_a_member_holds_the_answer_is_a_key_or_a_value_error(
    forge: Forge, data: st.DataObject
) -> None:
    jwk = public_jwk(forge)
    member = data.draw(st.sampled_from(sorted(jwk)))
    value = data.draw(JSON | st.text("Aa0-_=", max_size=50))
    if value == jwk[member]:
        return
    with pytest.raises(ValueError, match=r".+"):
        read_public_key({**jwk, member: value})
