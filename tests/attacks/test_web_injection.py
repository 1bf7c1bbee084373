"""SQL in every place that a request has: nothing but a refusal, and not one row changed."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import PASSWORD, get_tokens, sign_up
from guard.rows import all_rows
from guard.wire import Answer, as_form, as_json, ask

PAYLOADS = (
    *("' OR 1=1--", '" OR ""="', "') OR ('1'='1", "1 OR 1=1", "'", "\\'", "%", "_", "$1", ":email"),
    *("'; DROP TABLE users;--", "1; SELECT pg_sleep(9)--", '") UNION SELECT * FROM users--'),
    *("'||(SELECT password_hash FROM users LIMIT 1)||'", "' AND randomblob(1000000000)--"),
)
ADDRESSES = ("a'or'1'='1@x.io", "a'--@x.io", "%@x.io", "_%@x.io", "ada@example.com'--", "$1@x.io")


@pytest.fixture
async def cookie(client: httpx.AsyncClient) -> tuple[str, str]:
    await sign_up(client, name="Ada")
    await sign_up(client, "eve@example.com", name="Eve")
    pair = await get_tokens(client)
    return ("cookie", f"authsvc_access={pair['access_token']}")


async def _in_every_place(app: FastAPI, text: str) -> AsyncIterator[Answer]:
    account = {"email": "ada@example.com", "password": PASSWORD}
    for path, body in (
        ("/auth/login", {**account, "password": text}),
        ("/auth/login", {**account, "email": text}),
        ("/auth/login", {"email": f"{text}@example.com", "password": PASSWORD}),
        ("/auth/login", {**account, text: text}),
        ("/auth/register", {**account, "email": text, "name": text}),
        ("/auth/register", {**account, "name": text}),
        ("/auth/register", {**account, "roles": [text]}),
    ):
        lines, chunks = as_json(body)
        yield await ask(app, "POST", path, lines, chunks)
    form = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
    for field in ("grant_type", "username", "password", "scope"):
        yield await ask(app, "POST", "/auth/token", *as_form({**form, field: text}))
    value = text.encode()
    for name in ("authorization", "cookie", "host", "x-forwarded-for", "user-agent"):
        known = {"authorization": b"Bearer " + value, "cookie": b"authsvc_access=" + value}
        yield await ask(app, "GET", "/profile", [(name, known.get(name, value))])
    escaped = quote(text, safe="")
    for target in (f"/problems/{escaped}", f"/profile/{escaped}", f"/profile?id={escaped}"):
        yield await ask(app, "GET", target)


async def test_a88_sql_in_any_place_changes_no_row(
    app: FastAPI, database: Database, cookie: tuple[str, str]
) -> None:
    before = await all_rows(database)
    for text in PAYLOADS:
        async for answer in _in_every_place(app, text):
            assert 400 <= answer.status < 500, text
    assert await all_rows(database) == before
    assert (await ask(app, "GET", "/profile", [cookie])).status == 200


async def test_a88_a_name_made_of_sql_is_a_name(
    app: FastAPI, database: Database, cookie: tuple[str, str]
) -> None:
    before = (await all_rows(database))["users"]
    for text in reversed(PAYLOADS):
        lines, chunks = as_json({"name": text})
        answer = await ask(app, "PATCH", "/profile", [cookie, *lines], chunks)
        assert (answer.status, answer.json["name"]) == (200, text)
    names = {row[1]: row[2] for row in (await all_rows(database))["users"]}
    assert names == {"ada@example.com": PAYLOADS[0], "eve@example.com": "Eve"}
    assert len(before) == 2


async def test_a88_an_address_made_of_sql_is_an_address(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    for email in ADDRESSES[:-2]:
        await sign_up(client, email)
        body = {"email": email, "password": PASSWORD}
        assert (await client.post("/auth/register", json=body)).status_code == 409
        assert (await client.post("/auth/login", json=body)).json()["profile"]["email"] == email
    stored = {row[1] for row in (await all_rows(database))["users"]}
    assert stored == {"ada@example.com", *ADDRESSES[:-2]}
