"""Checking a password: rehashing, damaged hashes, and what an overloaded pool answers."""

import asyncio

import bcrypt
import httpx
import pytest
from fastapi import FastAPI
from passlib.hash import pbkdf2_sha256

from authsvc.core.database import Database
from authsvc.passwords.hasher import HashParameters, PasswordHasher
from authsvc.users.repository import UserRepository
from credentials.instruments import HeldHasher, build_in, set_columns, stored_hash
from factories import PASSWORD, AppFactory, bearer, get_tokens, make_client, sign_in, sign_up
from guard.rows import all_rows

ADA = "ada@example.com"
LOGIN = {"email": ADA, "password": PASSWORD}
PRESENT = "$argon2id$v=19$m=8,t=1,p=1$"
OUTDATED = {
    "bcrypt": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
    "pbkdf2": pbkdf2_sha256.using(rounds=10).hash(PASSWORD),
    "argon2id": PasswordHasher(HashParameters(memory_kib=16, passes=2)).hash(PASSWORD),
}


@pytest.mark.parametrize("scheme", OUTDATED)
async def test_signing_in_replaces_an_outdated_hash_and_nothing_else(
    client: httpx.AsyncClient, database: Database, scheme: str
) -> None:
    await sign_up(client)
    await set_columns(database, ADA, password_hash=OUTDATED[scheme])
    answer = await client.post("/auth/login", json={**LOGIN, "password": PASSWORD + "x"})
    assert answer.status_code == 401
    await set_columns(database, ADA, is_active=False)
    assert (await client.post("/auth/login", json=LOGIN)).status_code == 401
    assert await stored_hash(database) == OUTDATED[scheme]
    await set_columns(database, ADA, is_active=True)
    before = (await client.post("/auth/login", json=LOGIN)).json()["profile"]
    better = await stored_hash(database)
    assert better.startswith(PRESENT)
    assert (await sign_in(client))["profile"] == before
    assert await stored_hash(database) == better


async def test_a_token_request_replaces_it_too(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await set_columns(database, ADA, password_hash=OUTDATED["bcrypt"])
    await get_tokens(client)
    assert (await stored_hash(database)).startswith(PRESENT)


async def test_eight_logins_at_once_agree_on_one_better_hash(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await set_columns(database, ADA, password_hash=OUTDATED["pbkdf2"])
    answers = await asyncio.gather(*(client.post("/auth/login", json=LOGIN) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    better = await stored_hash(database)
    assert better.startswith(PRESENT)
    await sign_in(client)
    assert await stored_hash(database) == better


async def test_a_hash_that_has_changed_meanwhile_is_not_replaced(
    client: httpx.AsyncClient, database: Database
) -> None:
    profile = await sign_up(client)
    seen = await stored_hash(database)
    await set_columns(database, ADA, password_hash=OUTDATED["argon2id"])
    async with database.writing() as session:
        users = UserRepository(session)
        user = await users.by_email(ADA)
        assert user is not None
        assert str(user.id) == profile["id"]
        await users.replace_hash(user.id, seen, "of the password before")
    assert await stored_hash(database) == OUTDATED["argon2id"]


@pytest.mark.parametrize(
    "damaged", ("", "!", PASSWORD, "$argon2id$v=19$m=8,t=1$x$y", "$scrypt$ln=4,r-=8,p=1$YQ$YQ")
)
async def test_a_damaged_hash_is_a_wrong_password_and_no_fault(
    client: httpx.AsyncClient, database: Database, damaged: str
) -> None:
    await sign_up(client)
    await set_columns(database, ADA, password_hash=damaged)
    answer = await client.post("/auth/login", json=LOGIN)
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/problems/invalid-credentials")
    assert await stored_hash(database) == damaged


async def _held_login(
    client: httpx.AsyncClient, hasher: HeldHasher
) -> asyncio.Task[httpx.Response]:
    task = asyncio.create_task(client.post("/auth/login", json=LOGIN))
    await hasher.is_reached()
    return task


async def test_an_overloaded_pool_answers_busy_and_everything_else_goes_on(
    start: AppFactory, database: Database
) -> None:
    hasher = HeldHasher()
    async with start(hash_concurrency=1, hash_queue=0) as app, make_client(app) as client:
        await sign_up(client)
        headers = bearer((await get_tokens(client))["access_token"])
        build_in(app, hasher)
        before = await all_rows(database)
        hasher.close()
        held = await _held_login(client, hasher)
        new = {"email": "new@example.com", "password": PASSWORD}
        for path, body in (("/auth/login", LOGIN), ("/auth/login", new), ("/auth/register", new)):
            answer = await client.post(path, json=body)
            assert answer.status_code == 503
            assert answer.json()["type"].endswith("/problems/busy")
            assert answer.headers["retry-after"] == "1"
        form = {"grant_type": "password", "username": ADA, "password": PASSWORD}
        answer = await client.post("/auth/token", data=form)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["error"] == "temporarily_unavailable"
        assert await all_rows(database) == before
        assert (await client.get("/profile", headers=headers)).status_code == 200
        assert (await client.get("/health/ready")).status_code == 200
        hasher.open()
        assert (await held).status_code == 200
        assert (await client.post("/auth/login", json=LOGIN)).status_code == 200


async def test_no_connection_is_held_while_a_password_is_hashed(
    start: AppFactory, database: Database
) -> None:
    hasher = HeldHasher()
    async with start(hash_concurrency=21, hash_queue=63) as app, make_client(app) as client:
        await sign_up(client)
        headers = bearer((await get_tokens(client))["access_token"])
        build_in(app, hasher)
        hasher.close()
        held = [await _held_login(client, hasher) for _ in range(21)]
        # More logins wait than the database has connections, and one can still read and write.
        answer = await client.patch("/profile", headers=headers, json={"name": "Ada"})
        assert answer.status_code == 200
        hasher.open()
        assert {answer.status_code for answer in await asyncio.gather(*held)} == {200}


async def test_a_login_whose_client_goes_away_frees_its_place(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    hasher = HeldHasher()
    await sign_up(client)
    build_in(app, hasher)
    pool = app.state.credential_tools.passwords._pool
    hasher.close()
    held = await _held_login(client, hasher)
    held.cancel()
    await asyncio.wait([held])
    hasher.open()
    await sign_in(client)
    # The abandoned job may be the last to finish.
    await asyncio.to_thread(pool.close)
    assert pool.taken == 0
