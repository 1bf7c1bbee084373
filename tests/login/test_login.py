"""Signing in with cookies: the answer, the session row it makes, and the session it ends."""

from datetime import timedelta
from uuid import UUID

import httpx
from fastapi import FastAPI

from authsvc.core.database import Database
from authsvc.sessions.models import Session
from authsvc.sessions.repository import SessionRepository
from factories import PASSWORD, MovedClock, bearer, get_tokens, make_client, sign_in, sign_up
from guard.rows import all_rows, count
from guard.wire import as_json, ask

LOGIN = {"email": "ada@example.com", "password": PASSWORD}


async def _session(database: Database, session_id: str) -> Session:
    async with database.reading() as reading:
        session = await SessionRepository(reading).get(UUID(session_id))
    assert session is not None
    return session


async def test_the_answer_says_who_and_until_when(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    profile = await sign_up(client, name="Ada")
    body = await sign_in(client)
    times = {
        name: (clock.now() + timedelta(**after)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for name, after in {"now": {}, "idle": {"days": 7}, "access": {"minutes": 15}}.items()
    }
    session_id = body["session"]["id"]
    assert body == {
        "profile": profile,
        "session": {"id": session_id, "created_at": times["now"], "expires_at": times["idle"]},
        "access_expires_at": times["access"],
    }


async def test_every_login_makes_one_session_and_remembers_where_from(
    app: FastAPI, database: Database, clock: MovedClock
) -> None:
    async with make_client(app, "::ffff:203.0.113.9") as client:
        await sign_up(client)
        client.headers["user-agent"] = "Agent\x01 \u00e9" + "x" * 400
        session_id = (await sign_in(client))["session"]["id"]
    session = await _session(database, session_id)
    assert session.ip == "203.0.113.9"
    assert session.user_agent.startswith("Agent ")
    assert len(session.user_agent) == 256
    assert session.absolute_expires_at == clock.now() + timedelta(days=30)
    assert await count(database, "sessions") == 1


async def test_the_address_is_compared_without_regard_to_case_the_password_is_not(
    client: httpx.AsyncClient,
) -> None:
    await sign_up(client)
    await sign_in(client, " ADA@Example.COM ")
    wrong = (PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD} ", f"{PASSWORD}x", PASSWORD[:-1])
    for password in wrong:
        answer = await client.post("/auth/login", json={**LOGIN, "password": password})
        assert answer.status_code == 401
        assert answer.json()["title"] == "Invalid credentials"


async def test_a_refused_login_leaves_no_row_and_ends_no_session(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await sign_in(client)
    before = await all_rows(database)
    for changed in ({"password": "not the password"}, {"email": "b@example.com"}, {"x": 1}):
        answer = await client.post("/auth/login", json={**LOGIN, **changed})
        assert answer.status_code in {401, 422}
    assert await all_rows(database) == before
    assert (await client.get("/profile")).status_code == 200


async def test_the_session_presented_in_cookies_is_ended(
    client: httpx.AsyncClient, database: Database, clock: MovedClock
) -> None:
    await sign_up(client)
    first = (await sign_in(client))["session"]["id"]
    token = client.cookies["authsvc_access"]
    clock.move(seconds=1)
    second = (await sign_in(client))["session"]["id"]
    assert second != first
    assert (await _session(database, first)).ended_at == clock.now()
    assert (await _session(database, second)).ended_at is None
    headers = bearer(token)
    client.cookies.clear()
    answer = await client.get("/profile", headers=headers)
    assert answer.json()["type"].endswith("/problems/session-ended")


async def test_an_expired_cookie_still_names_the_session_to_end(
    app: FastAPI, client: httpx.AsyncClient, database: Database, clock: MovedClock
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    clock.move(minutes=20)
    lines, chunks = as_json(LOGIN)
    cookie = ("cookie", f"authsvc_access={pair['access_token']}")
    answer = await ask(app, "POST", "/auth/login", [*lines, cookie], chunks)
    assert answer.status == 200
    ended = [row for row in (await all_rows(database))["sessions"] if row[-1] is not None]
    assert len(ended) == 1


async def test_a_refresh_cookie_or_a_bearer_names_one_too(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    lines, chunks = as_json(LOGIN)
    for number in (1, 2):
        pair = await get_tokens(client)
        told = (
            ("cookie", f"authsvc_refresh={pair['refresh_token']}"),
            ("authorization", f"Bearer {pair['access_token']}"),
        )[number - 1]
        answer = await ask(app, "POST", "/auth/login", [*lines, told], chunks)
        assert answer.status == 200
        assert answer.json["session"]["id"]
        ended = [row for row in (await all_rows(database))["sessions"] if row[-1] is not None]
        assert len(ended) == number


async def test_a_header_decides_alone_about_the_session_to_end(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    lines, chunks = as_json(LOGIN)
    cookies = f"authsvc_access={pair['access_token']}; authsvc_refresh={pair['refresh_token']}"
    told = [("authorization", "Basic YTpi"), ("cookie", cookies)]
    assert (await ask(app, "POST", "/auth/login", [*lines, *told], chunks)).status == 200
    assert all(row[-1] is None for row in (await all_rows(database))["sessions"])


async def test_two_credentials_are_refused_before_the_password_is_looked_at(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    lines, chunks = as_json(LOGIN)
    for doubled in (
        [("cookie", "authsvc_access=x; authsvc_access=y")],
        [("cookie", "authsvc_refresh=x"), ("cookie", "authsvc_refresh=y")],
        [("authorization", "Bearer x"), ("authorization", "Bearer y")],
    ):
        answer = await ask(app, "POST", "/auth/login", [*lines, *doubled], chunks)
        assert (answer.status, answer.slug) == (400, "ambiguous-credentials")
        assert not answer.all("set-cookie")
    assert await count(database, "sessions") == 0
