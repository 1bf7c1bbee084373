"""Many tries from one place, or from one network, under whatever name they come."""

import asyncio
import json
from collections import Counter

import pytest

from attacks.guessing import (
    HOME,
    get_token_from,
    is_too_many,
    limited,
    sign_in_from,
    sign_up_from,
)
from factories import AppFactory, MovedClock

pytestmark = pytest.mark.parametrize("database_address", ("sqlite",), indirect=True)
BOT = "203.0.113.66"


async def test_a52_a_new_name_for_every_try_changes_nothing(
    start: AppFactory, storage: str
) -> None:
    async with limited(start, storage) as app:
        seen: Counter[int] = Counter()
        for number in range(tries := 1000 if storage == "memory://" else 100):
            invented = f"192.0.{number // 256}.{number % 256}"
            headers = {
                "X-Forwarded-For": invented,
                "Forwarded": f"for={invented}",
                "X-Real-IP": invented,
            }
            answer = await sign_in_from(app, BOT, f"{number}@example.com", **headers)
            seen[answer.status_code] += 1
        assert seen == {401: 10, 429: tries - 10}
        assert (await sign_in_from(app, HOME, "1@example.com")).status_code == 401


async def test_a52_behind_a_listed_proxy_the_clients_are_told_apart(
    start: AppFactory, storage: str
) -> None:
    async with limited(start, storage, trusted_proxies="10.0.0.0/8") as app:
        for client, expected in ((BOT, [401] * 10 + [429]), (HOME, [401])):
            via = {"X-Forwarded-For": f"192.0.2.1, {client}"}
            answers = [
                await sign_in_from(app, "10.0.0.1", f"{number}@example.com", **via)
                for number in range(len(expected))
            ]
            assert [answer.status_code for answer in answers] == expected


async def test_a52_an_ipv6_customer_is_one_however_many_addresses_they_have(
    start: AppFactory, storage: str
) -> None:
    async with limited(start, storage) as app:
        for number in range(10):
            answer = await sign_in_from(app, f"2001:db8:1:2::{number}", f"{number}@example.com")
            assert answer.status_code == 401
        assert is_too_many(await sign_in_from(app, "2001:db8:1:2:f::f"))
        assert (await sign_in_from(app, "2001:db8:1:3::1")).status_code == 401


async def test_blocks_grow_from_a_minute_to_an_hour_as_failures_go_on(
    start: AppFactory, storage: str, clock: MovedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with limited(start, storage) as app:
        await sign_up_from(app, BOT)
        for seconds in (60, 600, 3600, 3600):
            for number in range(10):
                answer = await sign_in_from(app, BOT, f"{number}@example.com")
                assert answer.status_code == 401
            refused = await sign_in_from(app, BOT)
            assert is_too_many(refused)
            assert int(refused.headers["retry-after"]) == seconds
            # Others are not troubled, and asking again makes it no longer.
            assert (await sign_in_from(app, HOME)).status_code == 200
            clock.move(seconds=seconds - 1)
            assert is_too_many(await get_token_from(app, BOT))
            clock.move(seconds=1.5)
        assert (await sign_in_from(app, BOT)).status_code == 200
    said = capsys.readouterr().err
    assert said.count('"address_blocked"') == 4


async def test_a41_of_forty_tries_at_once_ten_are_let_in(start: AppFactory, storage: str) -> None:
    async with limited(start, storage, hash_queue=200) as app:
        answers = await asyncio.gather(
            *(sign_in_from(app, BOT, f"{number}@example.com") for number in range(40))
        )
        assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 30}


async def test_sign_ups_are_twenty_an_hour_however_many_come_at_once(
    start: AppFactory, storage: str, clock: MovedClock
) -> None:
    async with limited(start, storage, hash_queue=200) as app:
        answers = await asyncio.gather(
            *(sign_up_from(app, BOT, f"{number}@example.com") for number in range(30))
        )
        assert Counter(answer.status_code for answer in answers) == {201: 20, 429: 10}
        assert is_too_many(await sign_up_from(app, BOT, "more@example.com"))
        assert (await sign_up_from(app, HOME, "more@example.com")).status_code == 201
        clock.move(hours=1, seconds=1)
        assert (await sign_up_from(app, BOT, "late@example.com")).status_code == 201


async def test_a55_a_thousand_accounts_from_one_network_are_noticed_and_slowed_down(
    start: AppFactory, storage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with limited(start, storage) as app:
        await sign_up_from(app, "203.0.113.200")
        assert (await sign_in_from(app, "203.0.113.200")).status_code == 200
        seen: Counter[int] = Counter()
        for number in range(tries := 1000 if storage == "memory://" else 200):
            address = f"203.0.113.{number % 199 + 1}"
            seen[(await sign_in_from(app, address, f"{number}@example.com")).status_code] += 1
        assert seen == {401: 100, 429: tries - 100}
        events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        reasons = Counter(event["reason"] for event in events if event["event"] == "limited")
        assert reasons == {"network": tries - 100}
        # Somebody of that network who has been here before is not shut out with the others.
        assert (await sign_in_from(app, "203.0.113.200")).status_code == 200
        assert is_too_many(await sign_in_from(app, "203.0.113.201"))
        assert (await sign_in_from(app, "203.0.114.1")).status_code == 200
