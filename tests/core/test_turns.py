"""Turns that processes take, and word after the commit."""

import asyncio
from typing import ClassVar

import pytest

from authsvc.core.database import Database, on_commit, take_turn, try_turn
from authsvc.core.errors import Problem


class Refused(Problem):
    """A refusal that undoes what was written."""


class Marked(Problem):
    """A refusal that leaves its mark."""

    keeps_writes: ClassVar[bool] = True


async def test_a_named_lock_is_held_until_the_transaction_ends(
    database: Database, database_address: str
) -> None:
    order: list[str] = []
    other = Database(database_address)

    async def second() -> None:
        async with other.writing() as session:
            await take_turn(session, "name")
            order.append("second")

    async with database.writing() as session:
        await take_turn(session, "name")
        waiting = asyncio.create_task(second())
        for _ in range(20):
            await other.ping()
        order.append("first")
    await waiting
    assert order == ["first", "second"]
    await other.dispose()


async def test_who_only_tries_a_lock_does_not_wait_for_it(empty_postgresql: str) -> None:
    # On SQLite the one writer holds every lock.
    one, two = Database(empty_postgresql), Database(empty_postgresql)
    async with one.writing() as holder, two.writing() as other:
        assert await try_turn(holder, "name")
        assert not await try_turn(other, "name")
        assert await try_turn(other, "another name")
    async with two.writing() as other:
        assert await try_turn(other, "name")
    for database in (one, two):
        await database.dispose()


@pytest.mark.parametrize(("fault", "is_told"), ((None, True), (Refused, False), (Marked, True)))
async def test_who_waits_for_the_commit_is_told_after_it_and_only_then(
    database: Database, fault: type[Exception] | None, *, is_told: bool
) -> None:
    told: list[bool] = []

    async def write() -> None:
        async with database.writing() as session:
            on_commit(session, lambda: told.append(True))
            assert not told
            if fault:
                raise fault

    if fault:
        with pytest.raises(fault):
            await write()
    else:
        await write()
    assert bool(told) == is_told
