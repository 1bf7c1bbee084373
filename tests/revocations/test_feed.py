"""The copy of ended sessions in memory: what it hears of, and that it knows when it is blind."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from authsvc.core.database import Database
from authsvc.core.errors import Unavailable
from authsvc.revocations import feed as module
from authsvc.revocations.feed import RevocationFeed
from authsvc.revocations.repository import RevocationRepository
from factories import MovedClock


@pytest.fixture
def feed(database: Database, clock: MovedClock) -> RevocationFeed:
    return RevocationFeed(database, clock)


async def _add(database: Database, expires_at: datetime, count: int = 1) -> Sequence[UUID]:
    ids = [uuid4() for _ in range(count)]
    async with database.writing() as session:
        repository = RevocationRepository(session)
        await repository.open()
        await repository.add((session_id, expires_at) for session_id in ids)
    return ids


async def test_it_starts_with_everything_that_still_matters(
    feed: RevocationFeed, database: Database, clock: MovedClock
) -> None:
    soon, past = clock.now() + timedelta(minutes=1), clock.now() - timedelta(minutes=2)
    (matters,), (outdated,) = await _add(database, soon), await _add(database, past)
    assert not feed.is_current
    await feed.poll()
    assert feed.is_current
    assert feed.has(matters)
    assert not feed.has(outdated)
    assert not feed.has(uuid4())


async def test_it_hears_what_others_commit_and_what_it_was_told_itself(
    feed: RevocationFeed, database: Database, clock: MovedClock
) -> None:
    await feed.poll()
    (other,) = await _add(database, clock.now() + timedelta(minutes=1))
    own = uuid4()
    feed.add(own, clock.now() + timedelta(minutes=1))
    assert feed.has(own)
    assert not feed.has(other)
    await feed.poll()
    assert feed.has(own)
    assert feed.has(other)


async def test_it_forgets_what_no_token_can_be_in_time_for(
    feed: RevocationFeed, database: Database, clock: MovedClock
) -> None:
    (ended,) = await _add(database, clock.now() + timedelta(minutes=15))
    await feed.poll()
    # A clock that is set back a little must not bring a token back.
    clock.move(minutes=15, seconds=59)
    await feed.poll()
    assert feed.has(ended)
    clock.move(seconds=1)
    await feed.poll()
    assert not feed.has(ended)
    assert not feed._ended


async def test_more_than_a_page_is_read_to_the_end(
    feed: RevocationFeed, database: Database, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PAGE", 3)
    ids = await _add(database, clock.now() + timedelta(minutes=1), count=10)
    await feed.poll()
    assert all(feed.has(session_id) for session_id in ids)


async def test_numbers_are_never_given_out_again(
    feed: RevocationFeed, database: Database, clock: MovedClock
) -> None:
    """A reader that goes on from the last one must find the next one behind it."""
    await _add(database, clock.now() + timedelta(minutes=1))
    await feed.poll()
    async with database.writing() as session:
        await RevocationRepository(session).purge(clock.now() + timedelta(hours=1), 10)
    (ended,) = await _add(database, clock.now() + timedelta(minutes=1))
    await feed.poll()
    assert feed.has(ended)


async def test_endings_that_are_committed_at_once_show_in_the_order_of_their_numbers(
    feed: RevocationFeed, database: Database, database_address: str, clock: MovedClock
) -> None:
    """A reader that goes on from the last number it saw misses none."""
    until = clock.now() + timedelta(minutes=1)
    others = [Database(database_address) for _ in range(4)]
    writing = [asyncio.create_task(_add(other, until)) for other in others * 10]
    while not all(task.done() for task in writing):
        await feed.poll()
    await feed.poll()
    assert all(feed.has(task.result()[0]) for task in writing)
    for other in others:
        await other.dispose()


async def test_it_is_blind_when_it_could_not_look_for_too_long(
    feed: RevocationFeed, clock: MovedClock, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    await feed.poll()

    async def away(*_arguments: object) -> None:
        raise Unavailable

    with monkeypatch.context() as broken:
        broken.setattr(RevocationRepository, "since", away)
        clock.move(seconds=1)
        with pytest.raises(Unavailable):
            await feed.poll()
        assert feed.is_current
        clock.move(seconds=1)
        assert not feed.is_current
        for _ in range(3):
            with pytest.raises(Unavailable):
                await feed.poll()
    await feed.poll()
    assert feed.is_current
    said = capsys.readouterr().err
    assert said.count('"revocation_feed_blind"') == 1
    assert said.count('"revocation_feed_current"') == 2
