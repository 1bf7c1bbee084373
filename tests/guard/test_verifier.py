"""The five kinds of 401, each with its own headers, and what leads to each."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import httpx
from fastapi import FastAPI

from authsvc.core.database import Database
from authsvc.sessions.repository import SessionRepository
from authsvc.users.repository import UserRepository
from factories import (
    PASSWORD,
    AppFactory,
    MovedClock,
    bearer,
    get_tokens,
    make_client,
    sign_in,
    sign_up,
)
from guard.rows import blind

INVALID = 'Bearer error="invalid_token"'
CHALLENGES: Mapping[str, str] = {
    "not-authenticated": "Bearer",
    "invalid-token": INVALID,
    "token-expired": f'{INVALID}, error_description="The access token expired"',
    "session-ended": f'{INVALID}, error_description="The session has ended"',
}
GUARDED = ("/profile", "/getProfile", "/openapi.json", "/docs", "/redoc")


def _is(answer: httpx.Response, slug: str) -> bool:
    assert answer.status_code == 401, answer.text
    assert answer.headers.get_list("www-authenticate") == [CHALLENGES[slug]]
    assert answer.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in answer.headers
    return str(answer.json()["type"]).endswith(f"/problems/{slug}")


async def test_each_cause_has_its_own_401_on_every_guarded_path(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    fresh, ended = (await get_tokens(client), await get_tokens(client))
    await client.post("/auth/logout", headers=bearer(ended["access_token"]))
    for path in GUARDED:
        assert _is(await client.get(path), "not-authenticated")
        assert _is(await client.get(path, headers=bearer("x")), "invalid-token")
        headers = bearer(ended["access_token"])
        assert _is(await client.get(path, headers=headers), "session-ended")
        assert (await client.get(path, headers=bearer(fresh["access_token"]))).status_code == 200
    clock.move(minutes=15)
    for path in GUARDED:
        headers = bearer(fresh["access_token"])
        assert _is(await client.get(path, headers=headers), "token-expired")


async def test_a_token_is_good_up_to_its_last_second(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    headers = bearer((await get_tokens(client))["access_token"])
    clock.move(seconds=899)
    assert (await client.get("/profile", headers=headers)).status_code == 200
    clock.move(seconds=1)
    assert _is(await client.get("/profile", headers=headers), "token-expired")


async def test_whatever_is_wrong_with_a_token_the_answer_is_the_same_to_the_byte(
    client: httpx.AsyncClient,
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    head, body, signature = pair["access_token"].split(".")
    wrong = ("x", "", "a.b.c", f"{head}.{body}.", f"{head}.{body}.{signature[:-8]}AAAAAAAA")
    answers = set()
    for token in (*wrong, pair["refresh_token"], "A" * 5000):
        answer = await client.get("/profile", headers=bearer(token))
        assert _is(answer, "invalid-token")
        request_id = answer.headers.pop("x-request-id")
        answers.add((answer.text.replace(request_id, ""), tuple(answer.headers.multi_items())))
    assert len(answers) == 1


async def _change(database: Database, profile: Mapping[str, str], **values: object) -> None:
    """Change a user by another hand than the service's."""
    async with database.writing() as session:
        user = await UserRepository(session).get(UUID(profile["id"]))
        assert user is not None
        await UserRepository(session).change(user.id, user.created_at, **values)


async def _disable(database: Database, profile: Mapping[str, str], now: datetime) -> None:
    """Do what the operator's command does, as another process."""
    await _change(database, profile, is_active=False)
    async with database.writing() as session:
        await SessionRepository(session).end_all_of(UUID(profile["id"]), now)


async def _sees_no_one(client: httpx.AsyncClient, token: str) -> None:
    for told in ({}, bearer(token)):
        for path in ("/profile", "/openapi.json", "/sessions"):
            assert _is(await client.get(path, headers=told), "session-ended")
        answer = await client.patch("/profile", headers=told, json={"name": "Eve"})
        assert _is(answer, "session-ended")


async def test_the_sessions_of_a_disabled_user_have_ended_with_the_next_look(
    app: FastAPI, client: httpx.AsyncClient, database: Database, clock: MovedClock
) -> None:
    profile = await sign_up(client)
    await sign_in(client)
    token = (await get_tokens(client))["access_token"]
    await _disable(database, profile, clock.now())
    await app.state.revocations.poll()
    await _sees_no_one(client, token)


async def test_the_sessions_of_a_deleted_user_have_ended_at_once(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    await sign_in(client)
    cookies = dict(client.cookies)
    token = (await get_tokens(client))["access_token"]
    answer = await client.request("DELETE", "/profile", json={"password": PASSWORD})
    assert answer.status_code == 204
    client.cookies.update(cookies)
    await _sees_no_one(client, token)


async def test_while_the_feed_is_blind_the_database_is_asked(
    app: FastAPI, client: httpx.AsyncClient, database: Database, clock: MovedClock
) -> None:
    profile = await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    blind(app)
    clock.move(seconds=3)
    assert (await client.get("/openapi.json", headers=bearer(token))).status_code == 200
    await _disable(database, profile, clock.now())
    assert _is(await client.get("/openapi.json", headers=bearer(token)), "session-ended")


async def test_a_user_who_is_disabled_by_another_hand_loses_what_is_theirs_and_gets_it_back(
    client: httpx.AsyncClient, database: Database
) -> None:
    profile = await sign_up(client)
    await sign_in(client)
    headers = bearer((await get_tokens(client))["access_token"])
    await _change(database, profile, is_active=False)
    assert _is(await client.get("/profile", headers=headers), "session-ended")
    assert _is(await client.patch("/profile", json={"name": "Eve"}), "session-ended")
    assert _is(await client.post("/auth/refresh"), "session-ended")
    await _change(database, profile, is_active=True)
    assert (await client.get("/profile", headers=headers)).json()["name"] is None
    assert (await client.post("/auth/refresh")).status_code == 200


async def test_a66_a_new_account_of_the_same_address_is_somebody_else(
    client: httpx.AsyncClient,
) -> None:
    profile = await sign_up(client)
    await sign_in(client)
    headers = bearer((await get_tokens(client))["access_token"])
    await client.request("DELETE", "/profile", json={"password": PASSWORD})
    again = await sign_up(client)
    assert again["id"] != profile["id"]
    assert _is(await client.get("/profile", headers=headers), "session-ended")


async def test_no_access_token_outlives_its_session(start: AppFactory, clock: MovedClock) -> None:
    lifetimes = {"session_idle_ttl": "600", "access_token_ttl": "900"}
    async with start(**lifetimes) as app, make_client(app) as client:
        await sign_up(client)
        pair = await get_tokens(client)
        assert pair["expires_in"] == 600
        headers = bearer(pair["access_token"])
        clock.move(seconds=599)
        assert (await client.get("/profile", headers=headers)).status_code == 200
        clock.move(seconds=1)
        assert _is(await client.get("/profile", headers=headers), "token-expired")
