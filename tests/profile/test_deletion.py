"""Deleting one's account: the password again, then user, sessions and tokens are gone at once."""

import httpx
import pytest

from authsvc.core.database import Database
from factories import PASSWORD, bearer, get_tokens, is_alive, renew, sign_in, sign_up
from guard.rows import all_rows


async def _delete(
    client: httpx.AsyncClient, token: str | None = None, **body: object
) -> httpx.Response:
    headers = bearer(token) if token else {}
    return await client.request("DELETE", "/profile", headers=headers, json=body)


async def test_a66_everything_is_gone_at_once(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await sign_up(client, "eve@example.com")
    eve = await get_tokens(client, "eve@example.com")
    pairs = [await get_tokens(client) for _ in range(3)]
    await sign_in(client)
    answer = await _delete(client, password=PASSWORD)
    assert (answer.status_code, answer.text) == (204, "")
    assert "authsvc_access" not in client.cookies
    assert "authsvc_refresh" not in client.cookies
    for pair in pairs:
        assert not await is_alive(client, pair["access_token"])
        assert (await renew(client, pair["refresh_token"])).json()["error"] == "invalid_grant"
    rows = await all_rows(database)
    assert len(rows["users"]) == len(rows["sessions"]) == 1
    assert await is_alive(client, eve["access_token"])
    body = {"email": "ada@example.com", "password": PASSWORD}
    assert (await client.post("/auth/login", json=body)).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    (({"password": "another"}, 403), ({}, 422), ({"password": 1}, 422), ({"password": ""}, 422)),
)
async def test_without_the_right_password_nothing_is_deleted(
    client: httpx.AsyncClient, database: Database, body: dict[str, object], status: int
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    before = await all_rows(database)
    assert (await _delete(client, token, **body)).status_code == status
    assert (await client.delete("/profile", headers=bearer(token))).status_code == 422
    assert await all_rows(database) == before


async def test_a73_pages_of_other_sites_delete_nothing(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await sign_in(client)
    before = await all_rows(database)
    client.headers["Sec-Fetch-Site"] = "cross-site"
    assert (await _delete(client, password=PASSWORD)).status_code == 403
    assert await all_rows(database) == before
