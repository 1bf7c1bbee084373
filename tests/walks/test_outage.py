"""The database goes away under a running application: a clear 503, until it is back."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from factories import PASSWORD, bearer, get_tokens, sign_in, sign_up
from walks.stoppable import Stoppable, living_on

ADA = {"email": "ada@example.com", "password": PASSWORD}
BOB = {"email": "bob@example.com", "password": PASSWORD}
GRANT = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}

# Everything that cannot be done without the database.
NEEDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/auth/register", {"json": BOB}),
    ("POST", "/auth/login", {"json": ADA}),
    ("POST", "/auth/token", {"data": GRANT}),
    ("GET", "/profile", {}),
    ("GET", "/getProfile", {}),
    ("PATCH", "/profile", {"json": {"name": "Eve"}}),
    ("DELETE", "/profile", {"json": {"password": PASSWORD}}),
    ("POST", "/auth/password", {"json": {"current_password": PASSWORD, "new_password": "x" * 20}}),
    ("GET", "/sessions", {}),
    ("DELETE", "/sessions", {}),
    ("POST", "/auth/refresh", {}),
    ("POST", "/auth/logout", {}),
)
BY_COOKIE = {"/auth/login", "/auth/refresh", "/auth/logout"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stoppable]:
    server = Stoppable(tmp_path_factory.mktemp("stoppable") / "pg")
    yield server
    server.remove()


async def _ask(client: httpx.AsyncClient, token: str, number: int) -> httpx.Response:
    method, path, request = NEEDS[number]
    # Signing in and out with the cookies of the client, everything else as a bearer.
    headers = {} if path in BY_COOKIE else bearer(token)
    return await client.request(method, path, headers=headers, **request)


def _is_clear_503(path: str, answer: httpx.Response) -> bool:
    body = answer.json()
    if path == "/auth/token":
        named = body["error"] == "temporarily_unavailable" and "error_description" in body
        media_type = "application/json"
    else:
        named = body["type"].endswith("/problems/unavailable")
        media_type = "application/problem+json"
    return (
        named
        and answer.status_code == 503
        and answer.headers["content-type"] == media_type
        and answer.headers["retry-after"].isdigit()
    )


async def test_what_needs_the_database_is_503_and_works_again_without_a_restart(
    server: Stoppable,
) -> None:
    async with living_on(server.address) as (app, client):
        profile = await sign_up(client)
        await sign_in(client)
        token = (await get_tokens(client))["access_token"]
        server.stop()
        # What needs no row goes on, for as long as what is known of ended sessions is fresh.
        assert (await client.get("/openapi.json", headers=bearer(token))).status_code == 200
        for number, (_, path, _) in enumerate(NEEDS):
            assert _is_clear_503(path, await _ask(client, token, number)), path
        for path, status in (
            ("/health/ready", 503),
            ("/health/live", 200),
            ("/problems/unavailable", 200),
            ("/login", 200),
        ):
            assert (await client.get(path)).status_code == status
        server.start()
        await app.state.revocations.poll()
        assert (await client.get("/health/ready")).status_code == 200
        # Nothing was half done: the name is as it was, the session lives, Bob can still sign up.
        assert (await client.get("/profile", headers=bearer(token))).json() == profile
        assert (await client.get("/profile")).json() == profile
        assert (await client.post("/auth/register", json=BOB)).status_code == 201
        assert (await client.post("/auth/logout")).status_code == 204
        assert (await client.get("/profile", headers=bearer(token))).status_code == 200


async def test_requests_under_way_are_answered_when_it_goes_away(server: Stoppable) -> None:
    async with living_on(server.address) as (_, client):
        await client.post("/auth/register", json=ADA)
        token = (await get_tokens(client))["access_token"]
        lasting = ("/auth/register", "/auth/token", "/profile", "/getProfile", "/sessions")
        numbers = [
            n for n, (verb, path, _) in enumerate(NEEDS) if path in lasting and verb != "DELETE"
        ]
        requests = [_ask(client, token, number) for number in numbers * 4]
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        answers = await asyncio.gather(*requests)
        await stopping
        server.start()
        assert {answer.status_code for answer in answers} <= {200, 201, 409, 503}
        assert (await client.get("/profile", headers=bearer(token))).status_code == 200


async def test_a_database_that_hangs_turns_readiness_red_within_a_second(
    server: Stoppable,
) -> None:
    async with living_on(server.address) as (app, client):
        async with server.frozen():
            before = time.monotonic()
            # Once over a connection that was open, once over a new one.
            answers = await asyncio.gather(*(client.get("/health/ready") for _ in range(2)))
            assert time.monotonic() - before < 2
            assert [answer.status_code for answer in answers] == [503, 503]
            assert answers[0].json() == {"status": "unavailable"}
            assert (await client.get("/health/live")).json() == {"status": "ok"}
        await app.state.revocations.poll()
        assert (await client.get("/health/ready")).json() == {"status": "ok"}
