"""A flood of logins: a bounded number waits, the others are told so, and the rest is served."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx

from authsvc.core.database import Database
from credentials.instruments import HeldHasher, build_in
from factories import PASSWORD, AppFactory, bearer, get_tokens, make_client, sign_in, sign_up
from guard.rows import count

ADA = "ada@example.com"
LOGIN = {"email": ADA, "password": PASSWORD}


async def test_a41_a_flood_of_logins_leaves_everything_else_alone(
    start: AppFactory, database: Database
) -> None:
    hasher = HeldHasher()
    async with (
        start(hash_concurrency=1, hash_queue=4) as app,
        make_client(app) as client,
        AsyncExitStack() as stack,
    ):
        crowd = [
            await stack.enter_async_context(make_client(app, f"192.0.2.{number}"))
            for number in range(6)
        ]
        await sign_up(client)
        headers = bearer((await get_tokens(client))["access_token"])
        build_in(app, hasher)
        hasher.close()
        flood = {
            asyncio.create_task(client.post("/auth/login", json=LOGIN)) for client in crowd * 10
        }
        waiting, refused = flood, set[asyncio.Task[httpx.Response]]()
        while len(refused) < 55:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused |= done
            assert (await client.get("/profile", headers=headers)).status_code == 200
        for task in refused:
            answer = task.result()
            assert answer.status_code == 503
            assert answer.json()["type"].endswith("/problems/busy")
            assert int(answer.headers["retry-after"]) >= 1
        hasher.open()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200] * 5
    assert await count(database, "sessions") == 6


async def test_a41_one_address_cannot_fill_the_queue(start: AppFactory, database: Database) -> None:
    hasher = HeldHasher()
    async with (
        start(hash_concurrency=2, hash_queue=6) as app,
        make_client(app) as client,
        make_client(app, "192.0.2.1") as other,
    ):
        await sign_up(client)
        await sign_in(client)
        build_in(app, hasher)
        hasher.close()
        held = [asyncio.create_task(client.post("/auth/login", json=LOGIN)) for _ in range(6)]
        for _ in range(2):
            await hasher.is_reached()
        pool = app.state.credential_tools.passwords._pool
        for _ in range(500):
            if pool.taken == len(held):
                break
            await asyncio.sleep(0.01)
        grant = {"grant_type": "password", "username": ADA, "password": PASSWORD}
        change = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
        new = {"email": "new@example.com", "password": PASSWORD}
        asked: tuple[tuple[str, dict[str, Any]], ...] = (
            ("/auth/login", {"json": LOGIN}),
            ("/auth/token", {"data": grant}),
            ("/auth/register", {"json": new}),
            ("/auth/password", {"json": change}),
        )
        for path, request in asked:
            assert (await client.post(path, **request)).status_code == 503, path
        waiting = asyncio.create_task(other.post("/auth/register", json=new))
        hasher.open()
        assert [answer.status_code for answer in await asyncio.gather(*held)] == [200] * 6
        assert (await waiting).status_code == 201
    assert await count(database, "users") == 2
