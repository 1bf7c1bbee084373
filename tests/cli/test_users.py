"""`authsvc users …`: what an operator can do to accounts, seen through the service's own door."""

import asyncio
import json

import httpx
import pytest
from fastapi import FastAPI
from passlib.hash import bcrypt

from authsvc.core.database import Database
from authsvc.users.repository import UserRepository
from cli.terminal import Ended, authsvc
from factories import PASSWORD, bearer, get_tokens, sign_up

ADA = "ada@example.com"
NEW = "another fern, another moon"


@pytest.fixture(autouse=True)
def _same_database(monkeypatch: pytest.MonkeyPatch, database_address: str) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", database_address)


async def _users(*arguments: str, stdin: str = "") -> Ended:
    return await asyncio.to_thread(authsvc, "users", *arguments, stdin=stdin)


async def _login(client: httpx.AsyncClient, password: str = PASSWORD) -> int:
    answer = await client.post("/auth/login", json={"email": ADA, "password": password})
    return answer.status_code


async def test_create_makes_an_account_that_signs_in(client: httpx.AsyncClient) -> None:
    ended = await _users(
        "create", "Ada@EXAMPLE.com ", "--name", "Ada", "--role", "admin", "--role", "staff",
        stdin=f"{PASSWORD}\n",
    )  # fmt: skip
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"Made {ADA} with id ")
    tokens = await get_tokens(client)
    profile = (await client.get("/profile", headers=bearer(tokens["access_token"]))).json()
    assert profile["name"] == "Ada"
    assert profile["roles"] == ["admin", "staff"]
    assert profile["id"] in ended.out


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    (
        (("nobody",), PASSWORD, "Not a valid e-mail address"),
        ((ADA,), "", "The password is not acceptable"),
        ((ADA,), "short\n", "A password has at least 8 characters."),
        ((ADA,), "password\n", "guessed first"),
        ((ADA,), "ada-example-2026\n", "made of the e-mail address"),
        ((ADA,), "x" * 257, "The password is not acceptable"),
        ((ADA,), "canary\x00canary\n", "NUL"),
        ((ADA, "--name", "two\nlines"), PASSWORD, "The name is not acceptable"),
        ((ADA, "--name", ""), PASSWORD, "The name is not acceptable"),
        ((ADA, "--password-hash", "5f4dcc3b5aa765d61d8327deb882cf99"), "", "no scheme"),
        ((ADA, "--password-hash", ""), "", "no scheme"),
    ),
)
async def test_create_refuses_in_one_line_and_makes_nothing(
    database: Database, arguments: tuple[str, ...], stdin: str, says: str
) -> None:
    ended = await _users("create", *arguments, stdin=stdin)
    assert (ended.status, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert line.startswith("authsvc: ")
    assert says in line
    assert "canary" not in line
    async with database.reading() as session:
        assert not await UserRepository(session).every()


async def test_create_does_not_touch_an_account_that_is_there(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    ended = await _users("create", "ADA@example.com", stdin=f"{NEW}\n")
    assert ended == (1, "", "authsvc: There is an account with this e-mail address.\n")
    assert await _login(client) == 200


async def test_a_bcrypt_hash_moves_in_and_is_replaced_on_the_first_sign_in(
    client: httpx.AsyncClient, database: Database
) -> None:
    moved = bcrypt.using(rounds=4).hash(PASSWORD)
    ended = await _users("create", ADA, "--password-hash", moved)
    assert (ended.status, ended.err) == (0, "")
    assert await _login(client, NEW) == 401
    assert await _login(client) == 200
    async with database.reading() as session:
        user = await UserRepository(session).by_email(ADA)
    assert user
    assert user.password_hash.startswith("$argon2id$")
    assert await _login(client) == 200


async def test_disable_ends_sessions_at_once_and_enable_opens_again(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await sign_up(client)
    tokens = await get_tokens(client)
    presented = bearer(tokens["access_token"])
    assert (await client.get("/profile", headers=presented)).status_code == 200
    assert await _users("disable", ADA) == (0, f"{ADA} is disabled; 1 sessions ended.\n", "")
    await app.state.revocations.poll()
    answer = await client.get("/profile", headers=presented)
    assert answer.json()["type"].endswith("/session-ended")
    assert await _login(client) == 401
    assert await _users("enable", ADA) == (0, f"{ADA} is enabled.\n", "")
    assert await _login(client) == 200
    # What was ended stays ended.
    assert (await client.get("/profile", headers=presented)).status_code == 401


async def test_set_password_replaces_it_and_ends_sessions(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await sign_up(client)
    tokens = await get_tokens(client)
    ended = await _users("set-password", ADA, stdin=f"{NEW}\r\n")
    assert ended == (0, f"{ADA} has a new password; 1 sessions ended.\n", "")
    await app.state.revocations.poll()
    answer = await client.get("/profile", headers=bearer(tokens["access_token"]))
    assert answer.json()["type"].endswith("/session-ended")
    assert await _login(client) == 401
    assert await _login(client, NEW) == 200


async def test_a_weak_new_password_changes_nothing(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    tokens = await get_tokens(client)
    ended = await _users("set-password", ADA, stdin="qwertyuiop\n")
    assert (ended.status, ended.out) == (1, "")
    assert "qwertyuiop" not in ended.err
    answer = await client.get("/profile", headers=bearer(tokens["access_token"]))
    assert answer.status_code == 200


async def test_grant_sets_roles_that_count_at_once(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    tokens = await get_tokens(client)
    ended = await _users("grant", ADA, "admin", "staff")
    assert ended == (0, f"{ADA} has the roles: admin staff.\n", "")
    profile = await client.get("/profile", headers=bearer(tokens["access_token"]))
    assert profile.json()["roles"] == ["admin", "staff"]


@pytest.mark.parametrize(
    "arguments",
    (("disable",), ("enable",), ("set-password",), ("grant", "admin")),
    ids=lambda arguments: arguments[0],
)
async def test_an_unknown_account_is_a_clear_line(arguments: tuple[str, ...]) -> None:
    command, *rest = arguments
    ended = await _users(command, "nobody@example.com", *rest, stdin=f"{NEW}\n")
    assert ended == (1, "", "authsvc: There is no account nobody@example.com.\n")


async def test_list_shows_everybody_in_words_and_as_json(client: httpx.AsyncClient) -> None:
    assert json.loads((await _users("list", "--json")).out) == []
    ada = await sign_up(client, name="Ada [bold]")
    bob = await sign_up(client, "bob@example.com")
    await _users("disable", "bob@example.com")
    ended = await _users("list", "--json")
    assert ended.status == 0
    shown_ada, shown_bob = json.loads(ended.out)
    assert shown_ada == ada
    assert (shown_bob["id"], shown_bob["is_active"]) == (bob["id"], False)
    table = (await _users("list")).out
    for text in (ADA, "bob@example.com", "Ada [bold]", ada["id"], bob["id"]):
        assert text in table
    assert "argon2" not in table + ended.out
