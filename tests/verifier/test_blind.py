"""The revocation feed cannot be read: what a verifier does is a choice, and it says so."""

import pytest

from attacks.forge import Forge
from authsvc.verifier import Unavailable
from factories import MovedClock
from verifier.conftest import MakeVerifier
from verifier.loopback import FEED, Answer, Loopback, follow

CLIENT = ("billing", "canary-7Rv")
HOUR = 3600


@pytest.mark.parametrize(
    ("answer", "error"),
    (
        (Answer(b"", 401), "answered 401"),
        (Answer(b"", 307, {"Location": FEED + "/elsewhere"}), "answered 307"),
        (Answer(b" " * (8 * 1024 * 1024 + 1)), "answered too much"),
        (Answer(b"[]"), "answered what is no page of the feed"),
        (Answer(b'{"items": []}'), "answered what is no page of the feed"),
        (Answer(b'{"cursor": "", "items": []}'), "answered what is no page of the feed"),
        (Answer(b'{"cursor": "1", "items": [{}]}'), "answered what is no page of the feed"),
        (
            Answer(
                b'{"cursor": "1", "items": [{"sid": "c1d9a0c4-9a0b-4a3a-b7c5-2f0d8c6e1b42", '
                b'"expires_at": "2026-11-23T10:00:00"}]}'
            ),
            "answered what is no page of the feed",
        ),
    ),
)
async def test_a_blind_verifier_goes_on_for_an_hour_and_then_refuses(
    make: MakeVerifier,
    server: Loopback,
    forge: Forge,
    clock: MovedClock,
    answer: Answer,
    error: str,
) -> None:
    long_lived = forge.with_claims({"exp": int(forge.now.timestamp()) + 24 * HOUR})
    async with make(client=CLIENT) as verifier:
        server.answers[FEED] = answer
        clock.move(seconds=HOUR - 1)
        await verifier._keys.renew()
        await follow(verifier)
        await verifier.verify(long_lived)
        state = verifier.state
        assert (state.is_ready, state.feed_current) == (True, False)
        assert (state.feed_read_at, state.last_error) == (forge.now, f"feed: {error}")
        clock.move(seconds=1)
        with pytest.raises(Unavailable):
            await verifier.verify(long_lived)
        assert not verifier.state.is_ready
        del server.answers[FEED]
        await follow(verifier)
        await verifier.verify(long_lived)
        assert verifier.state.last_error is None
        assert server.asked[FEED + "/elsewhere"] == 0


async def test_to_go_on_blindly_is_a_choice(
    make: MakeVerifier, server: Loopback, forge: Forge
) -> None:
    server.answers[FEED] = Answer(b"", 401)
    # Credentials that were never good are noticed at once, not after an hour.
    async with make(client=CLIENT) as verifier:
        with pytest.raises(Unavailable):
            await verifier.verify(forge.token())
    async with make(client=CLIENT, limits={"when_blind": "accept"}) as verifier:
        await verifier.verify(forge.token())
        assert (verifier.state.is_ready, verifier.state.feed_current) == (True, False)
