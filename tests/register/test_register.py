"""Signing up: what is accepted, what is refused and why, and that a refusal leaves no row."""

from collections.abc import Mapping
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import PASSWORD, AppFactory, MovedClock, make_client, sign_in, sign_up
from guard.rows import all_rows, count
from guard.wire import as_json, ask, make_walls

ACCOUNT = {"email": "ada@example.com", "password": PASSWORD}


async def test_an_account_looks_like_its_profile(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    answer = await client.post("/auth/register", json={**ACCOUNT, "name": "Ada"})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    now = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    profile = answer.json()
    assert UUID(profile.pop("id")).version == 4
    assert profile == {
        "email": "ada@example.com",
        "name": "Ada",
        "email_verified": False,
        "is_active": True,
        "roles": [],
        "created_at": now,
        "updated_at": now,
    }


async def test_a_name_is_optional(client: httpx.AsyncClient) -> None:
    assert (await sign_up(client))["name"] is None
    assert (await sign_up(client, "b@example.com", name=None))["name"] is None


async def test_a_taken_address_is_409_in_any_spelling(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    before = await all_rows(database)
    for email in ("ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com\t"):
        answer = await client.post("/auth/register", json={**ACCOUNT, "email": email})
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/problems/email-taken")
        assert "ada@" not in answer.text.lower()
    assert await all_rows(database) == before


async def test_closed_means_closed_and_nobody_learns_who_is_inside(
    start: AppFactory, database: Database
) -> None:
    async with start() as app, make_client(app) as client:
        await sign_up(client)
    async with start(registration="closed") as app, make_client(app) as client:
        answers = [
            await client.post("/auth/register", json={**ACCOUNT, "email": email})
            for email in ("ada@example.com", "new@example.com")
        ]
        for answer in answers:
            assert answer.status_code == 403
            assert answer.json()["type"].endswith("/problems/registration-closed")
        await sign_in(client)
    assert await count(database, "users") == 1


@pytest.mark.parametrize(
    ("password", "reason"),
    (
        ("1234567", "at least 8 characters"),
        ("🐢🦊🐙🦀🐬🐋🦈", "at least 8 characters"),
        ("iloveyou", "guessed first"),
        ("PassWord1", "guessed first"),
        ("correct horse battery staple", "guessed first"),
        ("ada@example.com", "made of"),
        ("Grace-Hopper!", "made of"),
        ("Authsvc-2026-login", "made of"),
    ),
)
async def test_a_weak_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    body = {**ACCOUNT, "password": password, "name": "Grace Hopper"}
    lines, chunks = as_json(body)
    answer = await ask(make_walls(), "POST", "/auth/register", lines, chunks)
    assert (answer.status, answer.slug) == (422, "weak-password")
    assert reason in answer.json["detail"]
    assert password.encode() not in answer.body
    assert "errors" not in answer.json


NAMES: Mapping[str, bool] = {
    "x": True,
    "x" * 100: True,
    "🐢" * 100: True,
    "Zoë O'Neill-Ó Súilleabháin": True,
    "山田\u3000太郎": True,
    "\u0645\u06cc\u200c\u062e": True,
    "👨\u200d👩\u200d👧": True,
    "a\u00a0b": True,
    "\u202eevil": True,
    "line\u2028line": True,
    '</script>"<img>': True,
    "{{7*7}}": True,
    "%s%n{0.__class__}": True,
    "' OR 1=1 --": True,
    "%0d%0aBcc: x": True,
    "": False,
    " ": False,
    "\u3000\u2028": False,
    "x" * 101: False,
    "a\nb": False,
    "a\r\nBcc: eve@example.com": False,
    "a\tb": False,
    "\x00": False,
    "a\x00": False,
    "\x1b[31mred": False,
    "a\x7f": False,
    "a\u0085b": False,
    "a\u009bb": False,
}


async def test_names_have_up_to_100_characters_and_no_control_characters(
    client: httpx.AsyncClient, database: Database
) -> None:
    for number, (name, is_accepted) in enumerate(NAMES.items()):
        account = {**ACCOUNT, "email": f"n{number}@example.com", "name": name}
        answer = await client.post("/auth/register", json=account)
        if is_accepted:
            assert (answer.status_code, answer.json()["name"]) == (201, name)
        else:
            assert answer.status_code == 422, ascii(name)
            assert [error["pointer"] for error in answer.json()["errors"]] == ["/name"]
    stored = [row[2] for row in (await all_rows(database))["users"]]
    assert sorted(stored) == sorted(name for name, is_accepted in NAMES.items() if is_accepted)


async def test_signing_up_does_not_sign_in(app: FastAPI, database: Database) -> None:
    lines, chunks = as_json(ACCOUNT)
    answer = await ask(app, "POST", "/auth/register", lines, chunks)
    assert answer.status == 201
    assert not answer.all("set-cookie")
    assert await count(database, "sessions") == 0


async def test_only_a_hash_of_the_password_is_kept(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    [row] = (await all_rows(database))["users"]
    assert any(str(value).startswith("$argon2id$v=19$") for value in row)
    assert not any(PASSWORD in str(value) for value in row)
