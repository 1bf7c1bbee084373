"""`POST /auth/introspect`: registered clients learn what a good token says, and no more."""

import base64

import httpx
import pytest

from factories import AppFactory, MovedClock, bearer, get_tokens, make_client, renew, sign_up

SECRET = "a secret of the shop, long enough"
SHOP = httpx.BasicAuth("shop", SECRET)
CLIENTS = (f"shop:{SECRET}", "mail:another secret: with a colon + 100%")


async def _ask(
    client: httpx.AsyncClient, token: str, auth: httpx.BasicAuth = SHOP
) -> httpx.Response:
    return await client.post("/auth/introspect", data={"token": token}, auth=auth)


async def test_a_good_token_is_told_as_it_is(start: AppFactory, clock: MovedClock) -> None:
    async with start(clients=CLIENTS) as app, make_client(app) as client:
        profile = await sign_up(client)
        pair = await get_tokens(client)
        answer = await _ask(client, pair["access_token"])
        assert answer.status_code == 200
        body = answer.json()
        now = int(clock.now().timestamp())
        assert (body.pop("jti"), body.pop("sid")) > ("", "")
        assert body == {
            "active": True,
            "token_type": "Bearer",
            "iss": "http://localhost:8000",
            "sub": profile["id"],
            "aud": "authsvc",
            "exp": now + 900,
            "iat": now,
            "client_id": "authsvc",
            "scope": "profile",
            "auth_time": now,
            "amr": ["pwd"],
        }
        assert answer.headers["cache-control"] == "no-store"


async def test_everything_else_is_inactive_and_no_more_is_said(
    start: AppFactory, clock: MovedClock
) -> None:
    async with start(clients=CLIENTS) as app, make_client(app) as client:
        await sign_up(client)
        expired = await get_tokens(client)
        clock.move(minutes=15)
        ended, live = await get_tokens(client), await get_tokens(client)
        await client.post("/auth/logout", headers=bearer(ended["access_token"]))
        for token in (
            "x", live["access_token"] + "x", expired["access_token"], ended["access_token"],
            live["refresh_token"], "é", "\x00",
        ):  # fmt: skip
            answer = await _ask(client, token)
            assert (answer.status_code, answer.json()) == (200, {"active": False}), token
        # Asked about as what it is not, it lives on.
        assert (await renew(client, live["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    "line",
    (
        None, "Basic", "Basic x", "Basic " + base64.b64encode(b"shop").decode(),
        "Basic " + base64.b64encode(b"shop:wrong").decode(),
        "Basic " + base64.b64encode(b"nobody:" + SECRET.encode()).decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Bearer " + base64.b64encode(b"shop:" + SECRET.encode()).decode(), f"Bearer {SECRET}",
    ),
)  # fmt: skip
async def test_without_a_clients_credentials_nothing_is_told(
    start: AppFactory, line: str | None
) -> None:
    headers = {"Authorization": line} if line else {}
    async with start(clients=CLIENTS) as app, make_client(app) as client:
        await sign_up(client)
        token = (await get_tokens(client))["access_token"]
        answer = await client.post("/auth/introspect", data={"token": token}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["www-authenticate"] == 'Basic realm="authsvc"'
        answer = await client.get("/auth/revocations", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["type"].endswith("/problems/invalid-client")


async def test_where_no_client_is_registered_there_are_none(client: httpx.AsyncClient) -> None:
    for auth in (SHOP, httpx.BasicAuth("", "")):
        assert (await _ask(client, "x", auth)).status_code == 401


async def test_secrets_with_odd_characters_work_plain_and_form_encoded(start: AppFactory) -> None:
    async with start(clients=CLIENTS) as app, make_client(app) as client:
        for secret in ("another secret: with a colon + 100%",
                       "another+secret%3A+with+a+colon+%2B+100%25"):  # fmt: skip
            answer = await _ask(client, "x", httpx.BasicAuth("mail", secret))
            assert answer.json() == {"active": False}


async def test_a_request_that_is_none_is_refused(start: AppFactory) -> None:
    async with start(clients=CLIENTS) as app, make_client(app) as client:
        answer = await client.post("/auth/introspect", data={"x": "y"}, auth=SHOP)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
