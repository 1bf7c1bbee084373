"""What the parser accepts, and the exact second at which it stops. Refusals: `attacks/`."""

from dataclasses import replace
from datetime import timedelta

import pytest
from jose.backends.base import Key

from attacks.forge import ALGORITHMS, ISSUER, Forge, key_of, make_forge
from authsvc.tokens.claims import Claims, Purpose
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.keyring import Algorithm, KeyRing
from authsvc.tokens.parser import parse

DAY = 24 * 60 * 60


@pytest.fixture(params=ALGORITHMS)
def forge(request: pytest.FixtureRequest) -> Forge:
    return make_forge(request.param)


@pytest.mark.parametrize(
    "typ", ("at+jwt", "AT+JWT", "aT+Jwt", "application/at+jwt", "Application/AT+jwt")
)
def test_the_type_is_a_media_type_in_any_case(forge: Forge, typ: str) -> None:
    assert forge.read(forge.with_header({"typ": typ})).iss == ISSUER


@pytest.mark.parametrize("audience", ("authsvc", ["authsvc"], ["billing", "authsvc"]))
def test_our_audience_may_stand_alone_or_among_others(
    forge: Forge, audience: str | list[str]
) -> None:
    assert "authsvc" in forge.read(forge.with_claims({"aud": audience})).audiences


def test_claims_that_mean_nothing_to_us_are_ignored_once_the_signature_holds(forge: Forge) -> None:
    deep = [[[[[[["eight deep, with the claims"]]]]]]]
    claims = forge.read(forge.with_claims({"crit": ["x"], "roles": ["admin"], "deep": deep}))
    assert set(claims.model_dump()) == {*forge.claims, "nbf"}


@pytest.mark.parametrize("claim", ("iat", "nbf", "auth_time"))
def test_a_clock_may_be_half_a_minute_ahead_and_no_more(forge: Forge, claim: str) -> None:
    start = int(forge.now.timestamp())
    assert forge.read(forge.with_claims({claim: start + 30})).iss == ISSUER
    assert forge.refusal(forge.with_claims({claim: start + 31})) == "not-yet"


def test_a_token_expires_on_the_second_without_any_leeway(forge: Forge) -> None:
    token = forge.token()
    for microseconds, outcome in ((-1, "accepted"), (0, "expired"), (1, "expired")):
        later = timedelta(seconds=900, microseconds=microseconds)
        assert forge.outcome(token, later) == outcome


def test_an_expired_token_still_says_whose_it_was(forge: Forge) -> None:
    with pytest.raises(ExpiredToken) as expired:
        forge.read(forge.token(), timedelta(days=400))
    assert str(expired.value.claims.sid) == forge.claims["sid"]


@pytest.mark.parametrize(("age", "lifetime"), ((DAY, DAY), (1, 1), (901, 900), (10**9, DAY)))
def test_what_is_past_and_otherwise_genuine_is_expired_not_invalid(
    forge: Forge, age: int, lifetime: int
) -> None:
    issued = int(forge.now.timestamp()) - age
    token = forge.with_claims({"iat": issued, "exp": issued + lifetime, "auth_time": issued})
    assert forge.outcome(token) == "expired"


@pytest.mark.parametrize(
    ("changes", "reason"),
    (
        ({"iss": "http://staging"}, "iss"),
        ({"aud": "billing"}, "aud"),
        ({"sub": "x"}, "claims"),
        ({"iat": 0}, "lifetime"),
    ),
)
def test_what_is_past_and_wrong_is_invalid_not_expired(
    forge: Forge, changes: dict[str, object], reason: str
) -> None:
    assert forge.refusal(forge.with_claims(changes), timedelta(days=9)) == reason


def test_a_key_that_fails_in_a_way_of_its_own_refuses_and_lets_nothing_escape(
    forge: Forge,
) -> None:
    # The base class of the library's keys: it raises NotImplementedError whatever it is asked.
    broken = replace(key_of(forge), key=Key(b"", forge.signing.alg))
    assert replace(forge, ring=KeyRing([broken])).refusal(forge.token()) == "unreadable"


@pytest.mark.parametrize("other", ALGORITHMS)
def test_only_the_ring_that_holds_its_key_accepts_a_token(forge: Forge, other: Algorithm) -> None:
    elsewhere = replace(forge, ring=make_forge(other).ring)
    expected = "accepted" if other == forge.signing.alg else "kid"
    assert elsewhere.outcome(forge.token()) == expected


@pytest.mark.parametrize("own", ("authsvc", ["authsvc", "x"], "x", ["x"]))
def test_a_verifier_that_answers_to_another_name_takes_only_tokens_for_that_name(
    forge: Forge, own: str | list[str]
) -> None:
    def read(token: str) -> Claims:
        now = forge.now
        return parse(token, forge.ring, Purpose.ACCESS, issuer=ISSUER, now=now, audience="billing")

    assert read(forge.with_claims({"aud": ["authsvc", "billing"]})).iss == ISSUER
    assert read(forge.with_claims({"aud": "billing"})).iss == ISSUER
    with pytest.raises(InvalidToken, match="aud"):
        read(forge.with_claims({"aud": own}))
