"""authsvc away, or answering nonsense: what is known is used for a while, and the state says so."""

import time

import pytest

from attacks.forge import Forge
from authsvc.verifier import TokenExpired, Unavailable
from factories import MovedClock
from verifier.conftest import MakeVerifier
from verifier.loopback import KEYS, Answer, Loopback, another_forge, key_set, listening

HOUR = 3600


async def test_an_outage_is_survived_for_an_hour_and_seen_in_the_state(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    long_lived = forge.with_claims({"exp": int(forge.now.timestamp()) + 24 * HOUR})
    async with make() as verifier:
        assert verifier.state.is_ready
        assert verifier.state.last_error is None
        server.answers[KEYS] = Answer(b"", status=503)
        clock.move(seconds=HOUR - 1)
        await verifier._keys.renew()
        await verifier.verify(long_lived)
        with pytest.raises(TokenExpired):
            await verifier.verify(forge.token())
        state = verifier.state
        assert (state.is_ready, state.keys_stale, state.keys_usable) == (True, True, True)
        assert (state.keys_fetched_at, state.last_error) == (forge.now, "keys: answered 503")
        clock.move(seconds=1)
        with pytest.raises(Unavailable):
            await verifier.verify(long_lived)
        assert not verifier.state.is_ready
        del server.answers[KEYS]
        clock.move(seconds=2)
        await verifier.verify(long_lived)
        assert verifier.state.last_error is None


async def test_authsvc_may_start_later_than_whoever_verifies(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    elsewhere = Loopback(forges=[forge])
    elsewhere.gate.set()
    async with listening(elsewhere):
        pass  # Its port is free now.
    async with make(jwks_url=elsewhere.origin + KEYS) as verifier:
        assert verifier.state.last_error == "keys: did not answer (ConnectError)"
        clock.move(seconds=2)
        async with listening(elsewhere):
            assert str((await verifier.verify(forge.token())).user_id) == forge.claims["sub"]


@pytest.mark.parametrize(
    ("answer", "error"),
    (
        (Answer(b"", 302, {"Location": "/elsewhere"}), "answered 302"),
        (Answer(b"", 404), "answered 404"),
        (Answer(b" " * (64 * 1024 + 1)), "answered too much"),
        (Answer(b"x", headers={"Content-Encoding": "gzip"}), "answered in an encoding"),
        (Answer(b"x", headers={"Content-Length": "9"}), "did not answer (RemoteProtocolError)"),
        (Answer(b"not JSON"), "not valid JSON"),
        (Answer(b'{"keys": []}'), "the key set is empty, too large, or none"),
    ),
)
async def test_whatever_is_no_key_set_leaves_the_old_keys_in_place(
    make: MakeVerifier,
    server: Loopback,
    forge: Forge,
    clock: MovedClock,
    answer: Answer,
    error: str,
) -> None:
    # Where the redirect would lead there are keys.
    server.answers["/elsewhere"] = Answer(key_set(another_forge()))
    async with make() as verifier:
        server.answers[KEYS] = answer
        clock.move(seconds=300)
        await verifier._keys.renew()
        assert verifier.state.last_error == f"keys: {error}"
        assert server.asked["/elsewhere"] == 0
        await verifier.verify(forge.token())


async def test_an_answer_that_does_not_end_is_not_waited_for(
    make: MakeVerifier, server: Loopback
) -> None:
    server.gate.clear()
    before = time.monotonic()
    async with make(limits={"timeout": 0.1}) as verifier:
        assert verifier.state.last_error == "keys: did not answer in time"
    assert time.monotonic() - before < 1
