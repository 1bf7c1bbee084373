"""A token is proven once. What can change afterwards is asked at every use all the same."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from attacks.changes import bit_flips
from attacks.forge import Forge, key_of, make_forge
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.keyring import KeyRing
from authsvc.tokens.seen import SeenTokens
from authsvc.tokens.service import TokenService
from factories import MovedClock

ISSUER = "http://localhost:8000"


class CountingKey:
    """A key that counts how often it is asked whether a signature holds."""

    def __init__(self, forge: Forge) -> None:
        self._key = key_of(forge).key
        self.asked = 0

    def verify(self, message: bytes, signature: bytes) -> bool:
        self.asked += 1
        return bool(self._key.verify(message, signature))


def make_service(clock: MovedClock, **times: object) -> tuple[TokenService, CountingKey]:
    forge = make_forge("ES256")
    key = CountingKey(forge)
    service = TokenService(ISSUER, clock)
    ring = KeyRing([replace(key_of(forge), key=key, **times)])  # type: ignore[arg-type]
    service.use(ring, forge.signing)
    return service, key


def issue(service: TokenService, session: UUID | None = None) -> str:
    return service.issue(
        user_id=uuid4(),
        session_id=session or uuid4(),
        expires_at=service._clock.now() + timedelta(seconds=900),
        scope="profile",
        auth_time=service._clock.now(),
        amr=("pwd",),
    ).text


def test_a_token_is_proven_once(clock: MovedClock) -> None:
    service, key = make_service(clock)
    session = uuid4()
    token = issue(service, session)
    # As it comes off the wire: the same text, and another object each time.
    assert {service.verify(bytes(token, "ascii").decode()).sid for _ in range(5)} == {session}
    assert key.asked == 1


def test_a_token_that_was_changed_is_not_the_one_that_was_seen(clock: MovedClock) -> None:
    service, _ = make_service(clock)
    token = issue(service)
    service.verify(token)
    head, body, signature = token.split(".")
    changed = (f"{token}.", f" {token}", f"{token}=", f"{head}.{body}.", f"{head}.{body}", head)
    for text in (*changed, f"{head}.{body}.{signature[::-1]}", *set(bit_flips(token))):
        with pytest.raises(InvalidToken):
            service.verify(text)
    service.verify(token)


def test_what_is_refused_is_not_kept(clock: MovedClock) -> None:
    service, _ = make_service(clock)
    for number in range(50):
        with pytest.raises(InvalidToken):
            service.verify(f"{issue(service)[:-8]}{number:08}")
    assert len(service._seen) == 0


def test_a_token_that_was_seen_expires_on_the_second(clock: MovedClock) -> None:
    service, _ = make_service(clock)
    token = issue(service)
    clock.move(seconds=899)
    service.verify(token)
    clock.move(seconds=1)
    for _ in range(2):
        with pytest.raises(ExpiredToken) as refused:
            service.verify(token)
    assert refused.value.claims.exp == int(clock.now().timestamp())


def test_a_token_that_was_seen_is_early_again_after_the_clock_was_set_back(
    clock: MovedClock,
) -> None:
    service, _ = make_service(clock)
    token = issue(service)
    service.verify(token)
    clock.move(seconds=-31)
    with pytest.raises(InvalidToken, match="not-yet"):
        service.verify(token)


def test_a26_a_token_that_was_seen_ends_with_its_key(clock: MovedClock) -> None:
    service, _ = make_service(clock, retire_at=clock.now() + timedelta(seconds=60))
    token = issue(service)
    clock.move(seconds=59)
    service.verify(token)
    clock.move(seconds=1)
    with pytest.raises(InvalidToken, match="kid"):
        service.verify(token)


def test_a26_a_key_that_is_taken_off_the_ring_takes_what_was_seen_with_it(
    clock: MovedClock,
) -> None:
    service, key = make_service(clock)
    token = issue(service)
    service.verify(token)
    ring, forge = service._ring, make_forge("ES256")
    service.use(KeyRing(()), forge.signing)
    with pytest.raises(InvalidToken, match="kid"):
        service.verify(token)
    service.use(ring, forge.signing)
    service.verify(token)
    assert key.asked == 2


def test_only_so_many_are_kept_and_the_oldest_goes(clock: MovedClock) -> None:
    service, _ = make_service(clock)
    service._seen = seen = SeenTokens(most=3)
    tokens = [issue(service) for _ in range(5)]
    for token in tokens:
        service.verify(token)
    assert len(seen) == 3
    assert [seen.get(token) is not None for token in tokens] == [False, False, True, True, True]
    service.verify(tokens[0])
