"""Attacks on sessions: planted ones, ones that should be gone, and addresses made of headers."""

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import PASSWORD, bearer, get_tokens, sign_in, sign_up
from guard.rows import all_rows
from guard.wire import as_json, ask, make_walls

LOGIN = {"email": "ada@example.com", "password": PASSWORD}
EVE = "eve@example.com"


async def test_a57_a_planted_session_is_ended_and_never_taken_over(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await sign_up(client, EVE)
    planted = await get_tokens(client, EVE)
    before = {row[0] for row in (await all_rows(database))["sessions"]}
    lines, chunks = as_json(LOGIN)
    cookie = f"authsvc_access={planted['access_token']}; authsvc_refresh={planted['refresh_token']}"
    query = f"/auth/login?sid={next(iter(before))}&session_id=1"
    answer = await ask(app, "POST", query, [*lines, ("cookie", cookie)], chunks)
    assert answer.status == 200
    rows = {str(row[0]): row for row in (await all_rows(database))["sessions"]}
    fresh = answer.json["session"]["id"]
    assert fresh not in {str(session_id) for session_id in before}
    assert rows[fresh][-1] is None
    assert all(rows[str(session_id)][-1] is not None for session_id in before)
    assert planted["access_token"] not in "".join(answer.all("set-cookie"))
    dead = await client.get("/profile", headers=bearer(planted["access_token"]))
    assert dead.json()["type"].endswith("/problems/session-ended")


async def test_a57_an_invented_cookie_stays_worth_nothing(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    invented = ("cookie", "authsvc_access=planted; authsvc_refresh=r1.planted; sid=planted")
    lines, chunks = as_json(LOGIN)
    answer = await ask(app, "POST", "/auth/login", [*lines, invented], chunks)
    assert answer.status == 200
    assert "planted" not in "".join(value for _, value in answer.lines)
    assert b"planted" not in answer.body
    assert (await ask(app, "GET", "/profile", [invented])).slug == "invalid-token"
    assert len((await all_rows(database))["sessions"]) == 1


async def test_a57_a_failed_login_ends_nobodys_session(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    await sign_in(client)
    wrong = {**LOGIN, "password": "another password"}
    assert (await client.post("/auth/login", json=wrong)).status_code == 401
    assert (await client.get("/profile")).status_code == 200


async def test_a65_after_logout_neither_token_does_anything(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    headers = bearer(pair["access_token"])
    assert (await client.post("/auth/logout", headers=headers)).status_code == 204
    before = await all_rows(database)
    answer = await client.patch("/profile", headers=headers, json={"name": "Eve"})
    assert answer.json()["type"].endswith("/problems/session-ended")
    form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert (await client.post("/auth/token", data=form)).status_code == 400
    cookie = [("cookie", f"authsvc_refresh={pair['refresh_token']}")]
    assert (await ask(app, "POST", "/auth/logout", cookie)).status == 204
    assert await all_rows(database) == before


async def test_a46_no_address_is_made_of_what_the_client_says() -> None:
    walls = make_walls(public_url="https://auth.example", allowed_hosts="*")
    lines = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=gopher"),
        ("x-original-url", "/evil"),
        ("x-rewrite-url", "/evil"),
    ]
    for path, more in (
        ("/profile", []),
        ("/docs", [("accept", "text/html")]),
        ("/nowhere", []),
        ("/login", []),
        ("/problems/not-found", []),
    ):
        answer = await ask(walls, "GET", path, [*lines, *more])
        told = answer.body + "".join(value for _, value in answer.lines).encode()
        assert b"evil" not in told
        assert b"gopher" not in told
        if answer.body.startswith(b"{"):
            assert answer.json["type"].startswith("https://auth.example/problems/")


async def test_a70_a_token_in_the_address_is_worth_nothing_and_is_written_nowhere(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    tokens = {"access_token": pair["access_token"], "refresh_token": pair["refresh_token"]}
    for method, path in (
        ("GET", "/profile"),
        ("GET", "/sessions"),
        ("GET", "/auth/verify"),
        ("POST", "/auth/refresh"),
    ):
        answer = await client.request(method, path, params=tokens)
        assert answer.status_code == 401, path
        assert answer.json()["type"].endswith("/problems/not-authenticated")
        assert not any(token in answer.text for token in tokens.values())
    said = capsys.readouterr().err
    assert '"path":"/sessions"' in said
    assert not any(token in said for token in tokens.values())
