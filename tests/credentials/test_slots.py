"""A slot for the hash comes first: who finds the queue full is told so at once, without a query."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from authsvc.core.address import Source
from authsvc.core.database import Database
from authsvc.passwords.pool import HashPool
from credentials.instruments import CountingHasher, build_in
from factories import PASSWORD, AppFactory, bearer, get_tokens, make_client, sign_up

ADA = "ada@example.com"
LOGIN = {"email": ADA, "password": PASSWORD}
NEW = {"email": "new@example.com", "password": PASSWORD}
CHANGE = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """Note every statement while the block runs."""
    noted: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        # The feed asks on its own.
        if "FROM revocations" not in statement:
            noted.append(statement)

    engines = {database.engine.sync_engine, database._read_engine.sync_engine}
    with ExitStack() as stack:
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
            stack.callback(event.remove, engine, "before_cursor_execute", note)
        yield noted


def _pool(app: FastAPI) -> HashPool:
    pool: HashPool = app.state.credential_tools.passwords._pool
    return pool


async def test_with_the_queue_full_the_answer_is_busy_without_a_query(start: AppFactory) -> None:
    requests: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        ("POST", "/auth/login", LOGIN),
        ("POST", "/auth/login", NEW),
        ("POST", "/auth/register", NEW),
        ("POST", "/auth/register", LOGIN),
        ("POST", "/auth/password", CHANGE),
        ("DELETE", "/profile", {"password": PASSWORD}),
    )
    async with start(hash_concurrency=1, hash_queue=3) as app, make_client(app) as client:
        await sign_up(client)
        headers = bearer((await get_tokens(client))["access_token"])
        with ExitStack() as slots, queries(app.state.database) as made:
            for _ in range(4):
                slots.enter_context(_pool(app).slot())
            for method, path, body in requests:
                answer = await client.request(method, path, headers=headers, json=body)
                assert answer.status_code == 503, path
                assert answer.json()["type"].endswith("/problems/busy")
            form = {"grant_type": "password", "username": ADA, "password": PASSWORD}
            assert (await client.post("/auth/token", data=form)).status_code == 503
            assert made == []
        assert (await client.post("/auth/login", json=LOGIN)).status_code == 200


async def test_a_full_share_is_found_out_without_a_query_too(start: AppFactory) -> None:
    async with start(hash_concurrency=1, hash_queue=7) as app, make_client(app) as client:
        await sign_up(client)
        place = Source("127.0.0.1").place
        with ExitStack() as slots:
            for _ in range(6):
                slots.enter_context(_pool(app).slot(place))
            with queries(app.state.database) as made:
                answer = await client.post("/auth/login", json=LOGIN)
            assert (answer.status_code, made) == (503, [])
        assert (await client.post("/auth/login", json=LOGIN)).status_code == 200


async def test_whatever_the_answer_the_slot_is_given_back(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(client)
    hasher = CountingHasher()
    build_in(app, hasher)
    headers = bearer((await get_tokens(client))["access_token"])
    wrong = {**LOGIN, "password": PASSWORD + "x"}
    for path, body, status in (
        ("/auth/password", {**CHANGE, "current_password": "x" * 9}, 403),
        ("/auth/login", LOGIN, 200),
        ("/auth/login", wrong, 401),
        ("/auth/register", LOGIN, 409),
        ("/auth/register", NEW, 201),
    ):
        answer = await client.post(path, headers=headers, json=body)
        assert answer.status_code == status, path
        assert _pool(app).taken == 0
    monkeypatch.setattr(app.state.database, "_read_engine", None)
    hasher.forget()
    assert (await client.post("/auth/login", json=LOGIN)).status_code == 500
    assert (_pool(app).taken, hasher.verified) == (0, [])


async def test_those_who_wait_for_another_sign_up_of_an_address_take_no_slot(
    start: AppFactory,
) -> None:
    async with start(hash_concurrency=1, hash_queue=7) as app, make_client(app) as client:
        async with app.state.credential_tools.sign_ups.of(NEW["email"]):
            waiting = [
                asyncio.create_task(client.post("/auth/register", json=NEW)) for _ in range(5)
            ]
            await asyncio.sleep(0.05)
            assert _pool(app).taken == 0
        statuses = sorted([(await task).status_code for task in waiting])
        assert statuses == [201, 409, 409, 409, 409]


async def test_who_signs_in_at_once_is_looked_up_at_once(start: AppFactory) -> None:
    unlimited = {"limit_tries": "1000/minute", "limit_failures_address": "1000/minute"}
    async with (
        start(hash_concurrency=2, hash_queue=100, **unlimited) as app,
        make_client(app) as client,
    ):
        logins = [{**NEW, "email": f"x{number}@example.com"} for number in range(20)]
        with queries(app.state.database) as made:
            answers = await asyncio.gather(
                *(client.post("/auth/login", json=login) for login in logins)
            )
        assert {answer.status_code for answer in answers} == {401}
        assert len([text for text in made if "FROM users" in text]) <= 10
