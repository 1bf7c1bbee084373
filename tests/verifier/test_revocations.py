"""The revocation feed: who signs out is out, and what a verifier does that can no longer see it."""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from attacks.forge import Forge
from authsvc.verifier import SessionEnded, Verifier
from factories import MovedClock
from verifier.conftest import MakeVerifier
from verifier.loopback import FEED, Answer, Loopback, basic, follow, until

CLIENT = ("billing", "canary-7Rv")


def _ends(server: Loopback, forge: Forge, until: datetime | None = None) -> None:
    sid = UUID(str(forge.claims["sid"]))
    server.ended.append((sid, until or forge.now + timedelta(minutes=15)))


def _feed_of(verifier: Verifier) -> list[UUID]:
    assert verifier._feed
    return sorted(verifier._feed._ended)


async def test_who_signs_out_is_out_within_a_poll(
    make: MakeVerifier, server: Loopback, forge: Forge
) -> None:
    async with make(client=CLIENT, limits={"poll_every": 0.01}) as verifier:
        assert verifier.state.feed_current
        await verifier.verify(forge.token())
        _ends(server, forge)
        await until(lambda: verifier.state.ended_sessions == 1)
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
        await follow(verifier)
        assert len(_feed_of(verifier)) == 5
        assert verifier._feed
        assert verifier._feed._ended[repeated] == until + timedelta(minutes=5)


async def test_a_session_is_forgotten_a_minute_after_its_last_token_has_expired(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    for minutes in (15, 120, -1):
        server.ended.append((uuid4(), forge.now + timedelta(minutes=minutes)))
    async with make(client=CLIENT) as verifier:
        for minutes, remembered in ((0, 2), (15, 2), (5, 1)):
            clock.move(minutes=minutes)
            await follow(verifier)
            assert verifier.state.ended_sessions == remembered


async def test_a_restored_database_that_counts_anew_is_noticed(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    server.ended += [(uuid4(), forge.now + timedelta(minutes=15)) for _ in range(3)]
    async with make(client=CLIENT) as verifier:
        server.ended.clear()
        _ends(server, forge)
        clock.move(minutes=5)
        await follow(verifier)
        with pytest.raises(SessionEnded):
            await verifier.verify(forge.token())


async def test_what_is_known_is_as_old_as_the_question(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    async with make(client=CLIENT) as verifier:
        server.gate.clear()
        following = asyncio.create_task(follow(verifier))
        await until(lambda: server.asked[FEED] == 2)
        clock.move(seconds=1)
        server.gate.set()
        await following
        assert verifier.state.feed_read_at == forge.now


@pytest.mark.parametrize("status", (400, 410, 422))
async def test_a_cursor_that_authsvc_does_not_know_begins_anew(
    make: MakeVerifier, server: Loopback, forge: Forge, status: int
) -> None:
    _ends(server, forge)
    async with make(client=CLIENT) as verifier:
        server.answers[FEED] = Answer(b"", status)
        await follow(verifier)
        del server.answers[FEED]
        await follow(verifier)
        asked = [request.split(" ")[1] for request in server.heard if FEED in request]
        assert asked[-3:] == [FEED + "?since=1", FEED, FEED + "?since=1"]
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
        await follow(verifier)
        assert (verifier.state.ended_sessions, verifier.state.feed_current) == (101, True)
    assert [record.getMessage() for record in caplog.records if record.name != "httpx"] == [
        "the revocation feed could not be read: has more to tell than can be read at once",
        "the revocation feed is read again",
    ]
    assert CLIENT[1] not in caplog.text
