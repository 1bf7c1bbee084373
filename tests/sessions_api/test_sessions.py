"""One's own sessions: listed without secrets, ended one by one or all others, and nobody else's."""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import (
    MovedClock,
    bearer,
    get_tokens,
    is_alive,
    make_client,
    renew,
    sign_in,
    sign_up,
)
from guard.rows import all_rows


async def _items(client: httpx.AsyncClient, token: str) -> list[dict[str, object]]:
    answer = await client.get("/sessions", headers=bearer(token))
    assert answer.status_code == 200
    assert list(answer.json()) == ["items"]
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def test_they_say_where_and_when_and_which_is_this_one(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    client.headers["User-Agent"] = "Browser/1.0 (a\x09b) " + "x" * 300
    await sign_in(client)
    began = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    clock.move(minutes=1)
    client.headers["User-Agent"] = "script"
    pair = await get_tokens(client)
    this, other = await _items(client, pair["access_token"])
    assert set(this) == {
        "id", "created_at", "last_used_at", "expires_at", "ip", "user_agent", "is_current",
    }  # fmt: skip
    assert (this["is_current"], this["user_agent"], this["ip"]) == (True, "script", "127.0.0.1")
    assert (other["is_current"], other["created_at"]) == (False, began)
    assert other["last_used_at"] == began
    assert len(str(other["user_agent"])) == 256
    assert str(other["user_agent"]).startswith("Browser/1.0 (ab)")


async def test_a68_they_show_no_token_and_no_secret(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    text = (await client.get("/sessions", headers=bearer(pair["access_token"]))).text
    for row in (await all_rows(database))["sessions"]:
        for value in row:
            assert not isinstance(value, bytes) or value.hex() not in text
    for secret in (*pair["refresh_token"].split(".")[3:], pair["access_token"], "argon2"):
        assert secret not in text


async def test_ended_expired_and_other_peoples_sessions_are_not_listed(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    await sign_up(client, "eve@example.com")
    await get_tokens(client)
    clock.move(days=6)
    ended = await get_tokens(client)
    await client.post("/auth/logout", headers=bearer(ended["access_token"]))
    await get_tokens(client, "eve@example.com")
    assert len(await _items(client, (await get_tokens(client))["access_token"])) == 2
    clock.move(days=2)
    assert len(await _items(client, (await get_tokens(client))["access_token"])) == 2


async def test_one_is_ended_with_all_its_tokens_at_once(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    lost, here = await get_tokens(client), await get_tokens(client)
    headers = bearer(here["access_token"])
    lost_id = next(
        i["id"] for i in await _items(client, here["access_token"]) if not i["is_current"]
    )
    for status in (204, 404):
        answer = await client.delete(f"/sessions/{lost_id}", headers=headers)
        assert answer.status_code == status
    assert not await is_alive(client, lost["access_token"])
    assert (await renew(client, lost["refresh_token"])).status_code == 400
    assert await is_alive(client, here["access_token"])
    (this,) = await _items(client, here["access_token"])
    assert (await client.delete(f"/sessions/{this['id']}", headers=headers)).status_code == 204
    assert not await is_alive(client, here["access_token"])


async def test_all_others_are_ended_and_this_one_stays(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    others = [await get_tokens(client) for _ in range(3)]
    here = await get_tokens(client)
    for _ in range(2):
        answer = await client.delete("/sessions", headers=bearer(here["access_token"]))
        assert (answer.status_code, answer.text) == (204, "")
    for pair in others:
        assert not await is_alive(client, pair["access_token"])
        assert (await renew(client, pair["refresh_token"])).status_code == 400
    assert await is_alive(client, here["access_token"])
    assert (await renew(client, here["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    "kind", ("eve", "unknown", "x", "0", "%00", "{7}", "..%2f..", "' OR 1=1--")
)
async def test_a68_what_is_not_ones_own_is_404_and_lives(
    app: FastAPI, client: httpx.AsyncClient, database: Database, kind: str
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    async with make_client(app) as eve:
        await sign_up(eve, "eve@example.com")
        foreign = (await sign_in(eve, "eve@example.com"))["session"]["id"]
        wanted = {"eve": foreign, "unknown": str(uuid4())}.get(kind, kind)
        before = await all_rows(database)
        answer = await client.delete(f"/sessions/{wanted}", headers=bearer(token))
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/problems/not-found")
        assert await all_rows(database) == before
        assert (await eve.get("/profile")).status_code == 200


async def test_a73_pages_of_other_sites_end_nothing(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    session_id = (await sign_in(client))["session"]["id"]
    before = await all_rows(database)
    for path in ("/sessions", f"/sessions/{session_id}"):
        answer = await client.delete(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert await all_rows(database) == before
