"""The six steps of a JWT login, one test each, in the order in which the article tells them."""

import base64
import json

import httpx
from fastapi import FastAPI

from factories import PASSWORD, MovedClock, bearer, get_tokens, sign_in, sign_up

LOGIN = {"email": "ada@example.com", "password": PASSWORD}


async def test_1_a_user_sends_email_and_password(client: httpx.AsyncClient) -> None:
    profile = await sign_up(client, name="Ada")
    answer = await client.post("/auth/login", json=LOGIN)
    assert answer.status_code == 200
    body = answer.json()
    assert body["profile"] == profile
    assert set(body) == {"profile", "session", "access_expires_at"}
    assert set(body["session"]) == {"id", "created_at", "expires_at"}


async def test_2_the_server_checks_the_pair(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    answer = await client.post("/auth/login", json={**LOGIN, "password": "not the password"})
    assert answer.status_code == 401
    assert answer.json()["title"] == "Invalid credentials"
    assert "set-cookie" not in answer.headers


async def test_3_it_signs_a_token_with_a_private_key(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]
    )
    assert header["alg"] == "ES256"
    assert header["typ"] == "at+jwt"
    assert set(claims) == {
        "iss", "sub", "aud", "exp", "iat", "jti", "sid", "client_id", "scope", "auth_time", "amr"
    }  # fmt: skip
    assert claims["exp"] - claims["iat"] == 900
    assert len(token) < 1024


async def test_4_the_token_lives_in_a_cookie(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    answer = await client.post("/auth/login", json=LOGIN)
    access, refresh = answer.headers.get_list("set-cookie")
    assert access.startswith("authsvc_access=")
    assert access.endswith("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax")
    assert refresh.startswith("authsvc_refresh=")
    assert refresh.endswith("; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict")
    for cookie in (access, refresh):
        value = cookie.split("=", 1)[1].split(";")[0]
        assert value not in answer.text


async def test_5_the_browser_asks_a_protected_route(client: httpx.AsyncClient) -> None:
    profile = await sign_up(client)
    await sign_in(client)
    for path in ("/getProfile", "/profile"):
        answer = await client.get(path)
        assert answer.status_code == 200
        assert answer.json() == profile


async def test_6_a_manipulated_or_expired_token_is_refused(
    client: httpx.AsyncClient, app: FastAPI, clock: MovedClock
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    assert (await client.get("/getProfile", headers=bearer(token))).status_code == 200

    changed = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    answer = await client.get("/getProfile", headers=bearer(changed))
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/problems/invalid-token")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    clock.move(minutes=15)
    answer = await client.get("/getProfile", headers=bearer(token))
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/problems/token-expired")
    assert "expired" in answer.headers["www-authenticate"]
