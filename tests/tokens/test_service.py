"""Issuing: exactly the claims of RFC 9068, small, and worth nothing elsewhere or later."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from attacks.forge import ALGORITHMS, decode, make_forge
from authsvc.core.errors import Unavailable
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.keyring import Algorithm, KeyRing
from authsvc.tokens.service import IssuedToken, TokenService
from factories import MovedClock

ISSUER = "https://auth.example.com"
LONGEST_HOST = f"https://{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 61}:65535"
USER, SESSION = uuid4(), uuid4()
KB = 1024


def make_service(clock: MovedClock, alg: Algorithm = "ES256", issuer: str = ISSUER) -> TokenService:
    forge = make_forge(alg)
    service = TokenService(issuer, clock)
    service.use(forge.ring, forge.signing)
    return service


def issue(service: TokenService, auth_time: datetime | None = None) -> IssuedToken:
    return service.issue(
        user_id=USER,
        session_id=SESSION,
        expires_at=service._clock.now().replace(microsecond=0) + timedelta(seconds=900),
        scope="profile",
        auth_time=auth_time or service._clock.now(),
        amr=("pwd",),
    )


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_token_says_what_rfc_9068_asks_and_nothing_about_the_person(
    clock: MovedClock, alg: Algorithm
) -> None:
    signed_in_at = clock.now()
    clock.move(minutes=3, microseconds=999_999)
    token = issue(make_service(clock, alg), signed_in_at)
    header, claims = (decode(segment) for segment in token.text.split(".")[:2])
    now = int(clock.now().timestamp())
    assert header == {"alg": alg, "kid": make_forge(alg).signing.kid, "typ": "at+jwt"}
    assert UUID(claims.pop("jti")).version == 4
    assert claims == {
        "iss": ISSUER,
        "sub": str(USER),
        "aud": "authsvc",
        "exp": now + 900,
        "iat": now,
        "sid": str(SESSION),
        "client_id": "authsvc",
        "scope": "profile",
        "auth_time": int(signed_in_at.timestamp()),
        "amr": ["pwd"],
    }
    assert token.expires_at == datetime.fromtimestamp(now + 900, tz=UTC)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_was_issued_is_what_is_read_back(clock: MovedClock, alg: Algorithm) -> None:
    service = make_service(clock, alg)
    token = issue(service)
    claims = service.verify(token.text)
    assert (claims.iss, claims.sub, claims.sid) == (ISSUER, USER, SESSION)
    assert claims.model_dump(mode="json", exclude_none=True) == decode(token.text.split(".")[1])


@pytest.mark.parametrize(
    ("alg", "issuer"),
    (("ES256", LONGEST_HOST), ("HS256", LONGEST_HOST), ("RS256", ISSUER)),
)
def test_a_token_stays_under_one_kilobyte(clock: MovedClock, alg: Algorithm, issuer: str) -> None:
    assert len(issue(make_service(clock, alg, issuer)).text) < KB


def test_no_two_tokens_are_alike(clock: MovedClock) -> None:
    service = make_service(clock, "HS256")
    tokens = [issue(service).text for _ in range(100)]
    assert len({decode(token.split(".")[1])["jti"] for token in tokens}) == len(tokens)


def test_a_token_expires_on_the_second(clock: MovedClock) -> None:
    service = make_service(clock)
    token = issue(service).text
    clock.move(seconds=899, microseconds=999_999)
    assert service.verify(token).sid == SESSION
    clock.move(microseconds=1)
    with pytest.raises(ExpiredToken):
        service.verify(token)


def test_a_replica_may_lag_half_a_minute_behind(clock: MovedClock) -> None:
    service = make_service(clock)
    clock.move(seconds=30)
    early = issue(service).text
    clock.move(seconds=1)
    too_early = issue(service).text
    clock.move(seconds=-31)
    assert service.verify(early).sid == SESSION
    with pytest.raises(InvalidToken, match="not-yet"):
        service.verify(too_early)


def test_a_token_of_one_issuer_is_worth_nothing_at_another_with_the_same_key(
    clock: MovedClock,
) -> None:
    staging, production = make_service(clock, issuer="https://staging"), make_service(clock)
    token = issue(staging).text
    assert staging.verify(token).iss == "https://staging"
    with pytest.raises(InvalidToken, match="iss"):
        production.verify(token)


def test_keys_are_exchanged_as_a_whole(clock: MovedClock) -> None:
    service, other = make_service(clock), make_forge("HS256")
    old = issue(service).text
    service.use(other.ring, other.signing)
    assert decode(issue(service).text.split(".")[0])["kid"] == other.signing.kid
    with pytest.raises(InvalidToken, match="kid"):
        service.verify(old)


def test_without_keys_nothing_is_issued_and_nothing_accepted(clock: MovedClock) -> None:
    token = issue(make_service(clock)).text
    service = TokenService(ISSUER, clock)
    with pytest.raises(Unavailable):
        issue(service)
    with pytest.raises(InvalidToken, match="kid"):
        service.verify(token)
    service.use(KeyRing(()), make_forge("ES256").signing)
    with pytest.raises(InvalidToken, match="kid"):
        service.verify(token)


def test_a_token_does_not_show_itself_when_printed(clock: MovedClock) -> None:
    token = issue(make_service(clock))
    assert token.text[:20] not in repr(token)
