"""A running process keeps what it has, whatever becomes of the database, and follows the good."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import col, delete, update

from authsvc.core.database import Database
from authsvc.core.errors import Unavailable
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.service import KeyService
from factories import MovedClock
from keys.keepers import OTHER_SECRET, desk, keeper, store, stored


@pytest.fixture
async def keys(database_address: str, clock: MovedClock) -> AsyncIterator[KeyService]:
    """Give an open ring with one key."""
    async with keeper(database_address, clock=clock) as keys:
        await keys.open()
        yield keys


def ring_of(keys: KeyService) -> tuple[str | None, set[str]]:
    return keys.current.kid, {kid for kid, _ in keys.current.members}


@pytest.mark.parametrize("garbage", ("", "garbage", "2.AAAA.AAAA", "1." + "A" * 80))
async def test_a_new_row_that_is_garbage_is_left_out_and_told_once(
    database: Database,
    keys: KeyService,
    clock: MovedClock,
    capsys: pytest.CaptureFixture[str],
    garbage: str,
) -> None:
    before = ring_of(keys)
    await store(database, "broken", garbage)
    for _ in range(3):
        await keys.follow()
    assert ring_of(keys) == before
    said = capsys.readouterr().err
    assert said.count('"signing_key_unusable"') == 1
    assert '"kid":"broken"' in said
    # Another fault is told again; and with a ring it does not understand it makes no keys.
    async with database.writing() as session:
        await session.exec(
            update(SigningKeyRow).where(col(SigningKeyRow.kid) == "broken").values(sealed_key="2.x")
        )
    clock.move(days=90)
    await keys.follow()
    assert capsys.readouterr().err.count('"signing_key_unusable"') == 1
    assert len(await stored(database)) == 2


async def test_a_row_that_becomes_garbage_changes_nothing_while_the_process_runs(
    database: Database, keys: KeyService, clock: MovedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    before = ring_of(keys)
    async with database.writing() as session:
        await session.exec(update(SigningKeyRow).values(sealed_key="garbage"))
    for _ in range(3):
        await keys.follow()
        clock.move(days=31)
    assert ring_of(keys) == before
    assert capsys.readouterr().err.count('"signing_key_unusable"') == 1
    assert len(await stored(database)) == 1


async def test_a_process_with_another_secret_signs_on_with_what_it_has(
    database_address: str, database: Database, keys: KeyService, clock: MovedClock
) -> None:
    old, _ = ring_of(keys)
    assert old
    async with keeper(database_address, clock=clock, secret=OTHER_SECRET) as stranger:
        # As it is in the middle of changing the secret, with one process not restarted yet.
        stranger._opened._opened = keys._opened._opened
        stranger._rows = keys._rows
        async with desk(database_address, clock=clock) as operator:
            new = (await operator.rotate()).kid
        for minutes in (1, 10, 2):
            clock.move(minutes=minutes)
            await keys.follow()
            await stranger.follow()
            assert ring_of(stranger) == (old, {old})
        assert ring_of(keys) == (new, {old, new})
        # The private half is erased by now; it has it still, and does nothing to the ring.
        assert stranger.current.signing
        assert {row.kid for row in await stored(database)} == {old, new}
        # Whatever else: what is retired is dropped, and then there is nothing to sign with.
        async with desk(database_address, clock=clock) as operator:
            await operator.retire(old)
        await stranger.follow()
        assert ring_of(stranger) == (None, set())


async def test_keys_begin_and_end_on_time_while_the_database_is_away(
    database_address: str, keys: KeyService, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = ring_of(keys)
    assert old
    async with desk(database_address, clock=clock) as operator:
        new = (await operator.rotate()).kid
    await keys.follow()
    with monkeypatch.context() as patch:
        patch.setattr(keys, "_database", Database("postgresql://nobody@127.0.0.1:1/nothing"))
        for minutes, expected in (
            (9, (old, {old, new})),
            (1, (new, {old, new})),
            (20, (new, {new})),
        ):
            clock.move(minutes=minutes)
            with pytest.raises(Unavailable):
                await keys.follow()
            assert ring_of(keys) == expected
    clock.move(days=30)
    await keys.follow()
    assert len(keys.current.ring) == 2


async def test_keys_that_are_gone_from_the_table_are_gone_and_one_is_made(
    database: Database, keys: KeyService, capsys: pytest.CaptureFixture[str]
) -> None:
    old, _ = ring_of(keys)
    capsys.readouterr()
    async with database.writing() as session:
        await session.exec(delete(SigningKeyRow))
    await keys.follow()
    new, ring = ring_of(keys)
    assert new
    assert ring == {new} != {old}
    said = capsys.readouterr().err
    for event in ("signing_key_gone", "signing_key_created", "signing_key_in_use"):
        assert said.count(f'"{event}"') == 1


async def test_what_could_not_be_committed_is_not_used(
    database: Database, keys: KeyService, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ring_of(keys)
    clock.move(days=60)

    async def refuse(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr("authsvc.core.database._commit", refuse)
    with pytest.raises(Unavailable):
        await keys.follow()
    assert ring_of(keys) == before
    monkeypatch.undo()
    assert len(await stored(database)) == 1
    await keys.follow()
    assert len(await stored(database)) == 2


async def test_a_turn_that_could_not_be_committed_is_not_taken(
    database_address: str,
    database: Database,
    keys: KeyService,
    clock: MovedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with desk(database_address, clock=clock) as operator:
        waiting = (await operator.rotate()).kid
    async with database.writing() as session:
        await session.exec(delete(SigningKeyRow).where(col(SigningKeyRow.kid) != waiting))

    async def refuse(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr("authsvc.core.database._commit", refuse)
        with pytest.raises(Unavailable):
            await keys.follow()
    assert ring_of(keys) == (None, {waiting})
    await keys.follow()
    assert ring_of(keys) == (waiting, {waiting})
