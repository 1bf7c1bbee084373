"""The revocation feed: who signs out is out, and what a verifier does that can no longer see it."""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from attacks.forge import Forge
from authsvc.verifier import SessionEnded, TokenExpired, Unavailable, Verifier
from factories import MovedClock
from verifier.conftest import MakeVerifier
from verifier.loopback import FEED, Answer, Loopback, basic

CLIENT = ("billing", "canary-7Rv")
HOUR = 3600


def _ends(server: Loopback, forge: Forge, until: datetime | None = None) -> None:
    sid = UUID(str(forge.claims["sid"]))
    server.ended.append((sid, until or forge.now + timedelta(minutes=15)))


def _feed_of(verifier: Verifier) -> list[UUID]:
    assert verifier._feed
    return sorted(verifier._feed._ended)


async def _follow(verifier: Verifier) -> None:
    assert verifier._feed
    await verifier._feed.follow()


async def test_who_signs_out_is_out_within_a_poll(
    make: MakeVerifier, server: Loopback, forge: Forge
) -> None:
    async with make(client=CLIENT, limits={"poll_every": 0.01}) as verifier:
        assert verifier.state.feed_current
        await verifier.verify(forge.token())
        _ends(server, forge)
        async with asyncio.timeout(5):
            while not verifier.state.ended_sessions:
                await asyncio.sleep(0.01)
        # Also the token that was verified before.
        with pytest.raises(SessionEnded):
            await verifier.verify(forge.token())
        with pytest.raises(SessionEnded):
            await verifier.verify(forge.with_claims({"jti": "another of the same session"}))
        await verifier.verify(forge.with_claims({"sid": str(uuid4())}))


async def test_a_verifier_that_starts_later_knows_who_had_signed_out(
    make: MakeVerifier, server: Loopback, forge: Forge
) -> None:
    _ends(server, forge)
    async with make(client=CLIENT) as verifier:
        with pytest.raises(SessionEnded):
            await verifier.verify(forge.token())
    async with make() as without_feed:
        await without_feed.verify(forge.token())
        state = without_feed.state
        assert (state.is_ready, state.feed_current, state.feed_read_at) == (True, False, None)


async def test_it_asks_with_its_credentials_for_what_is_new_and_reads_to_the_end(
    make: MakeVerifier, server: Loopback, forge: Forge
) -> None:
    server.page_size = 2
    until = forge.now + timedelta(minutes=15)
    server.ended += [(uuid4(), until) for _ in range(5)]
    async with make(client=CLIENT) as verifier:
        assert _feed_of(verifier) == sorted(sid for sid, _ in server.ended)
        asked = [request for request in server.heard if FEED in request]
        assert [line.split(" ")[1] for line in asked] == [
            FEED + query for query in ("", "?since=2", "?since=4", "?since=5")
        ]
        assert all(basic(*CLIENT) in request for request in asked)
        # Only the feed sees them.
        assert sum("Authorization" in request for request in server.heard) == len(asked)
        # What is told again is the same session, and the longer time counts.
        repeated = server.ended[-1][0]
        server.ended += [(repeated, until + timedelta(minutes=5)), (repeated, until)]
        await _follow(verifier)
        assert len(_feed_of(verifier)) == 5
        assert verifier._feed
        assert verifier._feed._ended[repeated] == until + timedelta(minutes=5)


async def test_a_session_is_forgotten_when_its_last_token_has_expired(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    _ends(server, forge)
    server.ended.append((uuid4(), forge.now + timedelta(hours=2)))
    server.ended.append((uuid4(), forge.now))
    async with make(client=CLIENT) as verifier:
        assert verifier.state.ended_sessions == 2
        clock.move(minutes=15, seconds=-1)
        await _follow(verifier)
        assert verifier.state.ended_sessions == 2
        clock.move(minutes=1)
        await _follow(verifier)
        assert verifier.state.ended_sessions == 1
        with pytest.raises(TokenExpired):
            await verifier.verify(forge.token())


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
        await _follow(verifier)
        await verifier.verify(long_lived)
        state = verifier.state
        assert (state.is_ready, state.feed_current) == (True, False)
        assert (state.feed_read_at, state.last_error) == (forge.now, f"feed: {error}")
        clock.move(seconds=1)
        with pytest.raises(Unavailable):
            await verifier.verify(long_lived)
        assert not verifier.state.is_ready
        del server.answers[FEED]
        await _follow(verifier)
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


@pytest.mark.parametrize("status", (400, 410, 422))
async def test_a_cursor_that_authsvc_does_not_know_begins_anew(
    make: MakeVerifier, server: Loopback, forge: Forge, status: int
) -> None:
    _ends(server, forge)
    async with make(client=CLIENT) as verifier:
        server.answers[FEED] = Answer(b"", status)
        await _follow(verifier)
        del server.answers[FEED]
        await _follow(verifier)
        assert "since" not in server.heard[-1]
        with pytest.raises(SessionEnded):
            await verifier.verify(forge.token())


async def test_a_feed_that_never_ends_is_not_current(
    make: MakeVerifier, server: Loopback, forge: Forge, caplog: pytest.LogCaptureFixture
) -> None:
    server.page_size = 1
    until = forge.now + timedelta(minutes=15)
    server.ended += [(uuid4(), until) for _ in range(101)]
    caplog.set_level(logging.INFO, "authsvc.verifier")
    async with make(client=CLIENT) as verifier:
        assert verifier.state.last_error == "feed: has more to tell than can be read at once"
        await _follow(verifier)
        assert (verifier.state.ended_sessions, verifier.state.feed_current) == (101, True)
    assert [record.getMessage() for record in caplog.records if record.name != "httpx"] == [
        "the revocation feed could not be read: has more to tell than can be read at once",
        "the revocation feed is read again",
    ]
    assert CLIENT[1] not in caplog.text
