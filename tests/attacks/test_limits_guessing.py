"""Guessing one person's password: from one place, from everywhere, and what its owner notices."""

import asyncio
import json

import pytest
from fastapi import FastAPI

from attacks.guessing import (
    ADA,
    HOME,
    get_token_from,
    is_too_many,
    limited,
    sign_in_from,
    sign_up_from,
)
from authsvc.core.database import Database
from authsvc.sessions.purge import SessionPurge
from credentials.instruments import CountingHasher, build_in
from factories import AppFactory, MovedClock

ATTACKER = "203.0.113.66"
on_sqlite = pytest.mark.parametrize("database_address", ("sqlite",), indirect=True)


async def _guess(app: FastAPI, address: str, times: int, email: str = ADA) -> list[int]:
    return [
        (await sign_in_from(app, address, email, f"wrong {number}")).status_code
        for number in range(times)
    ]


@on_sqlite
async def test_a50_the_sixth_guess_is_refused_and_the_right_password_too(
    start: AppFactory, storage: str, clock: MovedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with limited(start, storage) as app:
        assert (await sign_up_from(app, HOME)).status_code == 201
        hasher = CountingHasher()
        build_in(app, hasher)
        hasher.forget()
        assert await _guess(app, ATTACKER, 2) == [401] * 2
        # However the address is spelled, and through whichever door.
        assert await _guess(app, ATTACKER, 1, " ADA@Example.COM ") == [401]
        for _ in range(2):
            answer = await get_token_from(app, ATTACKER, "Ada@example.com", "wrong")
            assert answer.status_code == 400
        capsys.readouterr()
        refused = await sign_in_from(app, ATTACKER, password="wrong again")
        assert is_too_many(refused)
        events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        (event,) = [event for event in events if event["event"] == "limited"]
        assert (event["reason"], event["address"]) == ("account-address", ATTACKER)
        assert len(event["account"]) == 12
        assert is_too_many(await sign_in_from(app, ATTACKER))
        assert is_too_many(await get_token_from(app, ATTACKER))
        assert len(hasher.verified) == 5
        # Elsewhere, and for others, it goes on.
        assert (await sign_in_from(app, HOME)).status_code == 200
        assert await _guess(app, ATTACKER, 1, "bob@example.com") == [401]
        clock.move(seconds=int(refused.headers["retry-after"]))
        assert (await sign_in_from(app, ATTACKER)).status_code == 200


@on_sqlite
async def test_a50_it_is_the_same_to_the_byte_for_accounts_that_do_not_exist(
    start: AppFactory, storage: str
) -> None:
    async with limited(start, storage) as app:
        await sign_up_from(app, HOME)
        for door in (sign_in_from, get_token_from):
            answers = []
            for address, email in ((ATTACKER, ADA), ("203.0.113.67", "nobody@example.com")):
                await _guess(app, address, 5, email)
                answers.append(await door(app, address, email))
            assert all(is_too_many(answer) for answer in answers)
            one, other = ({**answer.headers, "x-request-id": ""} for answer in answers)
            assert one == other
            bodies = [{**answer.json(), "request_id": ""} for answer in answers]
            assert bodies[0] == bodies[1]


async def test_a50_strangers_cannot_lock_out_a_device_that_signed_in_before(
    start: AppFactory, storage: str, clock: MovedClock
) -> None:
    async with limited(start, storage) as app:
        await sign_up_from(app, HOME)
        assert (await sign_in_from(app, HOME)).status_code == 200
        assert (await sign_in_from(app, "2001:db8:7:7::1")).status_code == 200
        # That somebody else has signed in there does not make a stranger known.
        await sign_up_from(app, HOME, "bob@example.com")
        assert (await sign_in_from(app, "192.0.2.1", "bob@example.com")).status_code == 200
        for number in range(50):
            assert await _guess(app, f"2001:db8:{number + 100:x}::1", 1) == [401]
        for stranger in ("192.0.2.1", "2001:db8:7:8::1"):
            assert is_too_many(await sign_in_from(app, stranger))
            assert is_too_many(await get_token_from(app, stranger))
        for known in (HOME, "2001:db8:7:7:ffff::2"):
            assert (await sign_in_from(app, known)).status_code == 200
        # Known or not, from one place five guesses are all there are.
        assert await _guess(app, HOME, 6) == [401] * 5 + [429]
        # Accounts that do not exist are locked in the same way.
        for number in range(50):
            await _guess(app, f"2001:db8:{number + 200:x}::1", 1, "nobody@example.com")
        assert is_too_many(await sign_in_from(app, "192.0.2.1", "nobody@example.com"))
        clock.move(minutes=61)
        assert (await sign_in_from(app, "192.0.2.1")).status_code == 200


async def test_a50_a_place_is_known_for_thirty_days(
    start: AppFactory, storage: str, clock: MovedClock, database: Database
) -> None:
    async with limited(start, storage, limit_failures_account="1/hour") as app:
        await sign_up_from(app, HOME)
        assert (await sign_in_from(app, HOME)).status_code == 200
        clock.move(days=29)
        # Long expired, and still remembered.
        assert await SessionPurge(database, clock).run() == 0
        await _guess(app, ATTACKER, 1)
        assert await _guess(app, HOME, 1) == [401]
        clock.move(days=2)
        await _guess(app, ATTACKER, 1)
        assert await _guess(app, HOME, 1) == [429]


@on_sqlite
async def test_a50_twenty_guesses_at_once_are_five(start: AppFactory, storage: str) -> None:
    async with limited(start, storage) as app:
        await sign_up_from(app, HOME)
        hasher = CountingHasher()
        build_in(app, hasher)
        hasher.forget()
        answers = await asyncio.gather(
            *(sign_in_from(app, ATTACKER, password=f"wrong {number}") for number in range(20))
        )
        assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 15
        assert len(hasher.verified) == 5


@on_sqlite
async def test_signing_in_forgets_the_guesses_before_it(start: AppFactory, storage: str) -> None:
    async with limited(start, storage, limit_tries="1000/minute") as app:
        await sign_up_from(app, HOME)
        for _ in range(2):
            assert await _guess(app, HOME, 4) == [401] * 4
            assert (await sign_in_from(app, HOME)).status_code == 200
        # But not those that count for the address: the tenth blocks it.
        assert await _guess(app, HOME, 3) == [401, 401, 429]
        assert is_too_many(await sign_in_from(app, HOME))


@on_sqlite
async def test_signing_in_is_no_failure(start: AppFactory, storage: str) -> None:
    async with limited(start, storage) as app:
        await sign_up_from(app, HOME)
        answers = [await sign_in_from(app, HOME) for _ in range(31)]
        assert [answer.status_code for answer in answers] == [200] * 30 + [429]
        # Thirty a minute through both doors together.
        assert is_too_many(await get_token_from(app, HOME))
