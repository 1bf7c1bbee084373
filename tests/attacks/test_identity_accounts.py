"""Attacks on what makes an account: addresses, passwords, and fields nobody may set."""

import time

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from credentials.instruments import CountingHasher, build_in
from factories import PASSWORD, sign_in, sign_up
from guard.rows import all_rows, count
from guard.wire import as_json, ask

ADA = {"email": "ada@x.io", "password": PASSWORD}
FORBIDDEN = {
    "id": "7f0c1c2e-54b1-4a52-8a3b-5b0f2f6f1c11",
    "sub": "somebody",
    "role": "admin",
    "roles": ["admin"],
    "is_admin": True,
    "is_superuser": True,
    "is_verified": True,
    "email_verified": True,
    "is_active": True,
    "password_hash": "x",
    "created_at": "2020-01-01T00:00:00Z",
    "scope": "admin",
    "__class__": {},
    "constructor": {"prototype": {}},
}


async def test_a42_every_spelling_of_an_address_is_one_account(
    client: httpx.AsyncClient, database: Database
) -> None:
    profile = await sign_up(client, " Ada@M\u00dcNCHEN.io\t")
    assert profile["email"] == "ada@xn--mnchen-3ya.io"
    spellings = (
        "ada@xn--mnchen-3ya.io",
        "ADA@XN--MNCHEN-3YA.IO",
        " ada@m\u00fcnchen.io ",
        "Ada@mu\u0308nchen.IO",
        "ada@m\u00fcnchen\u3002io",
    )
    for spelling in spellings:
        body = {"email": spelling, "password": PASSWORD}
        assert (await client.post("/auth/register", json=body)).status_code == 409
        assert (await sign_in(client, spelling))["profile"] == profile
        form = {"grant_type": "password", "username": spelling, "password": PASSWORD}
        assert (await client.post("/auth/token", data=form)).status_code == 200
    assert await count(database, "users") == 1


async def test_a84_nobody_sets_what_is_not_theirs_to_set(
    client: httpx.AsyncClient, database: Database
) -> None:
    for field, value in FORBIDDEN.items():
        for path in ("/auth/register", "/auth/login"):
            answer = await client.post(path, json={**ADA, field: value})
            assert answer.status_code == 422, field
            assert answer.json()["type"].endswith("/problems/validation-failed")
    assert await count(database, "users") == 0


async def test_a38_a_password_counts_to_its_last_byte(client: httpx.AsyncClient) -> None:
    cut = {"a": "A" * 72, "b": "\U0001f422" * 18, "c": "x" * 255, "d": "y" * 64}
    for name, start in cut.items():
        email = f"{name}@x.io"
        await sign_up(client, email, start + "x")
        await sign_in(client, email, start + "x")
        for wrong in (start + "y", start, start[:-1] + "x", f"{start}\x00x"):
            answer = await client.post("/auth/login", json={"email": email, "password": wrong})
            assert answer.status_code in {401, 422}


LENGTHS = {
    "x" * 7: 422,
    "fern mo": 422,
    "\U0001f422" * 7: 422,
    "fern moo": 201,
    "zwölf Mo": 201,
    "🐢🦊🐙🦀🐬🐋🦈🐊": 201,
    "fern" * 16: 201,
    "fern" * 64: 201,
    "🐢" * 256: 201,
    "fern" * 64 + "x": 422,
    "🐢" * 257: 422,
    "x" * 1024: 422,
    "x" * 1025: 422,
    "  a fern under  ": 201,
    "a fern\x00under": 422,
}


async def test_a40_passwords_have_8_to_256_code_points_and_spaces_are_kept(
    client: httpx.AsyncClient,
) -> None:
    for number, (password, status) in enumerate(LENGTHS.items()):
        email = f"n{number}@x.io"
        body = {"email": email, "password": password}
        assert (await client.post("/auth/register", json=body)).status_code == status, number
        if status == 201:
            await sign_in(client, email, password)
            trimmed = password.strip()
            changed = f"{password} " if trimmed == password else trimmed
            answer = await client.post("/auth/login", json={**body, "password": changed})
            assert answer.status_code in {401, 422}


async def test_a40_a_long_password_is_refused_before_anything_is_hashed(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await sign_up(client)
    hasher = CountingHasher()
    build_in(app, hasher)
    hasher.forget()
    for length, status in ((257, 422), (15_000, 422), (1 << 20, 413)):
        for path in ("/auth/login", "/auth/register"):
            lines, chunks = as_json({**ADA, "password": "x" * length})
            costs = []
            for _ in range(3):
                begun = time.thread_time()
                answer = await ask(app, "POST", path, lines, chunks)
                costs.append(time.thread_time() - begun)
                assert answer.status == status
            assert min(costs) < 0.05
    assert (hasher.verified, hasher.hashed) == ([], 0)


@pytest.mark.parametrize("field", ("email", "name"))
async def test_a45_nothing_that_could_become_a_header_of_a_mail_is_stored(
    client: httpx.AsyncClient, database: Database, field: str
) -> None:
    bcc = "Bcc: eve@x.io"
    for injected in (f"\r\n{bcc}", f"\n{bcc}", f"\r{bcc}", "\x00", "\x0b", "\x85"):
        for value in (f"ada@x.io{injected}", f"{injected}ada@x.io"):
            answer = await client.post("/auth/register", json={**ADA, field: value})
            assert answer.status_code == 422
            assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert (await all_rows(database))["users"] == []
