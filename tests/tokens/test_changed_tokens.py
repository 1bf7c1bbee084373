"""Any change in a valid token is refused: every single bit by count, everything else by chance."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.changes import bit_flips, changed_texts
from attacks.forge import ALGORITHMS, Forge, make_forge
from authsvc.tokens.keyring import Algorithm
from core.json_values import JSON

MEMBERS = sorted({*make_forge("ES256").claims, "nbf"})
# Claims that may say what they like, as long as it is of their type.
FREE = {"jti", "client_id", "scope", "amr", "nbf", "auth_time", "iat", "exp"}

algorithms = st.sampled_from(ALGORITHMS)
characters = st.characters() | st.characters(codec="latin-1") | st.sampled_from("AB-_.=")


@cache
def _valid(alg: Algorithm) -> tuple[Forge, str]:
    forge = make_forge(alg)
    return forge, forge.token()


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_single_bit_counts(alg: Algorithm) -> None:
    forge, token = _valid(alg)
    flipped = set(bit_flips(token))
    assert len(flipped) == 8 * len(token)
    assert {forge.refusal(text) for text in flipped} >= {"base64", "signature", "segments", "json"}


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_place_counts(alg: Algorithm) -> None:
    forge, token = _valid(alg)
    for text in changed_texts(token):
        forge.refusal(text)


@settings(max_examples=250, deadline=None)
@given(alg=algorithms, data=st.data())
def test_a_character_put_in_taken_out_or_exchanged_anywhere_is_refused(
    alg: Algorithm, data: st.DataObject
) -> None:
    forge, token = _valid(alg)
    start = data.draw(st.integers(0, len(token) - 1), label="place")
    taken_out = data.draw(st.integers(0, 1), label="taken out")
    put_in = data.draw(st.text(characters, min_size=1 - taken_out, max_size=2), label="put in")
    changed = token[:start] + put_in + token[start + taken_out :]
    if changed != token:
        forge.refusal(changed)


@settings(max_examples=100, deadline=None)
@given(alg=algorithms, text=st.text() | st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]*", fullmatch=True))
def test_any_text_is_refused_as_an_invalid_token(alg: Algorithm, text: str) -> None:
    make_forge(alg).refusal(text)


@settings(max_examples=100, deadline=None)
@given(header=JSON, claims=JSON, other=st.binary(max_size=200))
def test_any_json_and_any_bytes_under_a_genuine_signature_are_refused_cleanly(
    header: object, claims: object, other: bytes
) -> None:
    forge = make_forge("HS256")
    reasons = {
        forge.refusal(forge.token(payload=claims)),
        forge.refusal(forge.token(payload=other)),
        forge.refusal(forge.token(header=header)),
        forge.refusal(forge.token(header=other)),
    }
    assert "unreadable" not in reasons


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(MEMBERS), value=JSON | st.integers(0, 2**40))
def test_any_value_of_any_claim_is_accepted_expired_or_invalid_and_nothing_else(
    name: str, value: object
) -> None:
    forge = make_forge("HS256")
    outcome = forge.outcome(forge.with_claims({name: value}))
    assert outcome in {"accepted", "claims", "iss", "aud", "lifetime", "not-yet"}
    assert outcome != "accepted" or name in FREE
