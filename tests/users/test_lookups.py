"""Shared reads of users: few queries for many, never an answer older than the question."""

import asyncio
from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

import pytest

from authsvc.core.database import Database
from authsvc.core.errors import Unavailable
from authsvc.users import lookups as module
from authsvc.users.lookups import UserLookups
from authsvc.users.models import User
from authsvc.users.repository import Account, AccountRepository, UserRepository
from factories import MovedClock


@pytest.fixture
def lookups(database: Database) -> UserLookups:
    return UserLookups(database)


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the users that each query asks for."""
    counted: list[int] = []
    of_ids = AccountRepository.of_ids

    async def counting(self: AccountRepository, ids: Iterable[UUID]) -> Mapping[UUID, Account]:
        counted.append(len([*ids]))
        return await of_ids(self, ids)

    monkeypatch.setattr(AccountRepository, "of_ids", counting)
    return counted


async def _add(database: Database, clock: MovedClock, count: int) -> list[UUID]:
    now = clock.now()
    ids = [uuid4() for _ in range(count)]
    async with database.writing() as session:
        for user_id in ids:
            email = f"{user_id}@example.com"
            await UserRepository(session).add(
                User(id=user_id, email=email, password_hash="x", created_at=now, updated_at=now)
            )
    return ids


async def test_who_asks_at_once_is_answered_by_one_query(
    lookups: UserLookups, database: Database, clock: MovedClock, queries: list[int]
) -> None:
    ids = await _add(database, clock, 20)
    nobody = uuid4()
    found = await asyncio.gather(*(lookups.get(i) for i in [*ids, nobody, *ids]))
    assert [user and user.id for user in found] == [*ids, None, *ids]
    assert queries == [21]
    # And the same connection goes on to be of use.
    assert await lookups.get(ids[0])
    assert queries == [21, 1]


async def test_who_asks_while_a_query_runs_sees_what_was_written_before_they_asked(
    lookups: UserLookups, database: Database, clock: MovedClock, queries: list[int]
) -> None:
    (user_id,) = await _add(database, clock, 1)
    for number in range(20):
        early = asyncio.create_task(lookups.get(user_id))
        # Its turn, and that of the query it begins.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert lookups._reading
        assert not lookups._waiting
        async with database.writing() as session:
            await UserRepository(session).change(user_id, clock.now(), name=f"name {number}")
        late = await lookups.get(user_id)
        assert late
        assert late.name == f"name {number}"
        assert await early


async def test_more_than_fit_into_one_query_are_all_answered(
    lookups: UserLookups, database: Database, clock: MovedClock, queries: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "_MOST", 3)
    ids = await _add(database, clock, 10)
    assert all(await asyncio.gather(*(lookups.get(user_id) for user_id in ids)))
    assert queries == [3, 3, 3, 1]


async def test_an_outage_is_told_to_all_who_wait_and_is_over_when_it_is_over(
    lookups: UserLookups, database: Database, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (user_id,) = await _add(database, clock, 1)

    async def away(*_arguments: object) -> None:
        raise Unavailable

    with monkeypatch.context() as broken:
        broken.setattr(AccountRepository, "of_ids", away)
        outcomes = await asyncio.gather(
            *(lookups.get(user_id) for _ in range(5)), return_exceptions=True
        )
        assert all(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert await lookups.get(user_id)


async def test_who_goes_away_does_not_take_the_answer_along(
    lookups: UserLookups, database: Database, clock: MovedClock, queries: list[int]
) -> None:
    (user_id,) = await _add(database, clock, 1)
    first, second = (asyncio.create_task(lookups.get(user_id)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert queries == [1]
