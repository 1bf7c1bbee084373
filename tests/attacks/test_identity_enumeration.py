"""Nobody learns by signing in who has an account: not from the bytes, not from the work done."""

from collections.abc import Mapping

import bcrypt
import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from authsvc.passwords.hasher import HashParameters
from credentials.instruments import CountingHasher, build_in, set_columns
from factories import PASSWORD, MovedClock, sign_in, sign_up

WRONG = "another password altogether"
FAILURES: Mapping[str, tuple[str, str]] = {
    "unknown": ("nobody@example.com", PASSWORD),
    "wrong": ("ada@example.com", WRONG),
    "disabled": ("off@example.com", PASSWORD),
    "disabled and wrong": ("off@example.com", WRONG),
    "damaged": ("damaged@example.com", PASSWORD),
    "outdated and wrong": ("old@example.com", WRONG),
}
OLD = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()


@pytest.fixture
async def people(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    for name in ("ada", "off", "damaged", "old"):
        await sign_up(client, f"{name}@example.com")
    await set_columns(database, "off@example.com", is_active=False)
    await set_columns(database, "damaged@example.com", password_hash="!")
    await set_columns(database, "old@example.com", password_hash=OLD)
    return client


async def _try(client: httpx.AsyncClient, path: str, who: str) -> httpx.Response:
    email, password = FAILURES[who]
    if path == "/auth/login":
        return await client.post(path, json={"email": email, "password": password})
    form = {"grant_type": "password", "username": email, "password": password}
    return await client.post(path, data=form)


@pytest.mark.parametrize(
    ("path", "status"), (("/auth/login", 401), ("/auth/token", 400)), ids=("login", "token")
)
async def test_a33_every_failed_login_is_answered_with_the_same_bytes(
    people: httpx.AsyncClient, clock: MovedClock, path: str, status: int
) -> None:
    answers = set()
    for who in FAILURES:
        answer = await _try(people, path, who)
        assert answer.status_code == status
        request_id = answer.headers.pop("x-request-id")
        body = answer.text.replace(request_id, "")
        answers.add((body, tuple(answer.headers.multi_items())))
        clock.move(seconds=1)
    [(body, headers)] = answers
    assert "Invalid credentials" in body
    assert not {"www-authenticate", "set-cookie"} & {name for name, _ in headers}


@pytest.mark.parametrize("path", ("/auth/login", "/auth/token"))
async def test_a34_every_failed_login_costs_one_hash_of_the_live_parameters(
    people: httpx.AsyncClient, app: FastAPI, path: str
) -> None:
    hasher = CountingHasher()
    build_in(app, hasher)
    live = hasher.hash("any")
    costs = live[: live.index("$", len("$argon2id$v=19$")) + 1]
    assert costs == "$argon2id$v=19$m=8,t=1,p=1$"
    for who in FAILURES:
        hasher.forget()
        await _try(people, path, who)
        assert sum(stored.startswith(costs) for stored in hasher.verified) == 1, who
        assert hasher.hashed == 0, who


async def test_a34_the_decoy_follows_the_parameters(
    people: httpx.AsyncClient, app: FastAPI
) -> None:
    hasher = CountingHasher(HashParameters(memory_kib=16, passes=2, lanes=1))
    build_in(app, hasher)
    await _try(people, "/auth/login", "unknown")
    [decoy] = hasher.verified
    assert decoy.startswith("$argon2id$v=19$m=16,t=2,p=1$")


async def test_a34_no_password_opens_the_decoy(people: httpx.AsyncClient, app: FastAPI) -> None:
    decoy = app.state.credential_tools.passwords._decoy
    for password in ("decoy", decoy, " ", "x"):
        body = {"email": "nobody@example.com", "password": password}
        assert (await people.post("/auth/login", json=body)).status_code == 401


async def test_a33_a_right_password_still_opens(people: httpx.AsyncClient) -> None:
    await sign_in(people)
    await sign_in(people, "old@example.com")


async def test_a33_the_log_tells_the_operator_what_the_answer_does_not(
    people: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    reasons = {"unknown": "unknown", "wrong": "password", "disabled": "disabled"}
    for who, reason in reasons.items():
        await _try(people, "/auth/login", who)
        log = capsys.readouterr().err
        assert log.count('"login_failed"') == 1
        assert f'"reason":"{reason}"' in log
        assert FAILURES[who][0] not in log
