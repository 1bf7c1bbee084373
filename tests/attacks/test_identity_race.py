"""Fifty sign-ups of one address at once, with the hashing costs of the defaults."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from authsvc.app import create_app
from authsvc.core.database import Database
from authsvc.settings import Settings
from credentials.instruments import CountingHasher, build_in
from factories import PASSWORD, AppFactory, make_client
from guard.rows import count

SPELLINGS = ("ada@example.com", "ADA@example.com", " ada@EXAMPLE.com ", "Ada@Example.Com")


async def _sign_up_50_times(*clients: httpx.AsyncClient) -> Counter[int]:
    answers = await asyncio.gather(
        *(
            clients[number % len(clients)].post(
                "/auth/register",
                json={"email": SPELLINGS[number % len(SPELLINGS)], "password": PASSWORD},
            )
            for number in range(50)
        )
    )
    refused = {answer.json()["type"] for answer in answers if answer.status_code != 201}
    assert refused == {"http://localhost:8000/problems/email-taken"}
    return Counter(answer.status_code for answer in answers)


@asynccontextmanager
async def _default_apps(settings: Settings, number: int) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(number):
            app = create_app(settings)
            await stack.enter_async_context(app.router.lifespan_context(app))
            clients.append(await stack.enter_async_context(make_client(app)))
        yield clients


@pytest.mark.parametrize("instances", (1, 2), ids=("one instance", "two instances"))
async def test_a56_fifty_sign_ups_of_one_address_make_one_account(
    settings: Settings, database: Database, instances: int
) -> None:
    async with _default_apps(settings, instances) as clients:
        assert await _sign_up_50_times(*clients) == {201: 1, 409: 49}
    assert await count(database, "users") == 1


async def test_a56_without_the_flight_control_the_database_still_decides(
    start: AppFactory, database: Database
) -> None:
    async with AsyncExitStack() as stack:
        apps = [await stack.enter_async_context(start(hash_queue=100)) for _ in range(5)]
        clients = [await stack.enter_async_context(make_client(app)) for app in apps]
        assert await _sign_up_50_times(*clients) == {201: 1, 409: 49}
    assert await count(database, "users") == 1


async def test_a56_of_fifty_passwords_at_most_two_are_hashed(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    hasher = CountingHasher()
    build_in(app, hasher)
    hasher.forget()
    await _sign_up_50_times(client)
    # The second can begin before the first is committed; its row then waits until the first is.
    assert hasher.hashed <= 2
