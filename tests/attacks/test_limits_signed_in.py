"""Whoever is signed in, by right or with what they have stolen, is limited as well."""

import httpx
import pytest
from fastapi import FastAPI

from attacks.guessing import HOME, is_too_many, limited, sign_in_from, sign_up_from
from factories import PASSWORD, AppFactory, MovedClock, get_tokens, make_client, sign_in

pytestmark = pytest.mark.parametrize("database_address", ("sqlite",), indirect=True)


async def _change(client: httpx.AsyncClient, password: str) -> httpx.Response:
    body = {"current_password": password, "new_password": "seven ferns under a moon"}
    return await client.post("/auth/password", json=body)


async def _delete(client: httpx.AsyncClient, password: str) -> httpx.Response:
    return await client.request("DELETE", "/profile", json={"password": password})


async def test_a50_asking_again_is_the_same_as_signing_in(
    start: AppFactory, storage: str, clock: MovedClock
) -> None:
    async with limited(start, storage) as app, make_client(app, HOME) as client:
        await sign_up_from(app, HOME)
        await sign_in(client)
        for ask in (_change, _delete, _change, _delete):
            assert (await ask(client, "wrong")).status_code == 403
        assert (await sign_in_from(app, HOME, password="wrong")).status_code == 401
        for ask in (_change, _delete):
            assert is_too_many(await ask(client, PASSWORD))
        assert is_too_many(await sign_in_from(app, HOME))
        # The session itself goes on.
        assert (await client.get("/profile")).status_code == 200
        clock.move(minutes=6)
        await sign_in(client)
        assert (await _change(client, PASSWORD)).status_code == 204


async def _tokens(app: FastAPI, address: str) -> str:
    async with make_client(app, address) as client:
        return str((await get_tokens(client))["refresh_token"])


async def _refresh(app: FastAPI, address: str, token: str) -> httpx.Response:
    async with make_client(app, address) as client:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return await client.post("/auth/token", data=form)


async def test_a_session_is_refreshed_thirty_times_a_minute_and_survives_the_thirty_first(
    start: AppFactory, storage: str, clock: MovedClock
) -> None:
    async with limited(start, storage) as app, make_client(app, HOME) as client:
        await sign_up_from(app, HOME)
        await sign_in(client)
        other = await _tokens(app, HOME)
        for _ in range(30):
            assert (await client.post("/auth/refresh")).status_code == 200
        assert is_too_many(await client.post("/auth/refresh"))
        assert (await client.get("/profile")).status_code == 200
        for _ in range(30):
            answer = await _refresh(app, HOME, other)
            assert answer.status_code == 200
            other = answer.json()["refresh_token"]
        assert is_too_many(await _refresh(app, HOME, other))
        clock.move(seconds=62)
        assert (await client.post("/auth/refresh")).status_code == 200
        assert (await _refresh(app, HOME, other)).status_code == 200


async def test_who_knows_a_sessions_id_cannot_keep_it_from_being_refreshed(
    start: AppFactory, storage: str
) -> None:
    async with limited(start, storage) as app:
        await sign_up_from(app, HOME)
        token = await _tokens(app, HOME)
        forged = token[:-4] + "AAAA"
        answers = [await _refresh(app, "203.0.113.66", forged) for _ in range(31)]
        assert [answer.status_code for answer in answers] == [400] * 30 + [429]
        assert (await _refresh(app, HOME, token)).status_code == 200
