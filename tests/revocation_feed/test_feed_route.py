"""`GET /auth/revocations`: other services follow endings from a cursor, each told once."""

import httpx
import pytest

from factories import AppFactory, MovedClock, bearer, get_tokens, make_client, renew, sign_up
from guard.wire import ask

SECRET = "a secret of the shop, long enough"
SHOP = httpx.BasicAuth("shop", SECRET)


async def _read(client: httpx.AsyncClient, since: str | None = None) -> tuple[str, list[str]]:
    params = {} if since is None else {"since": since}
    answer = await client.get("/auth/revocations", params=params, auth=SHOP)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"cursor", "items"}
    return body["cursor"], [item["sid"] for item in body["items"]]


async def _end(client: httpx.AsyncClient) -> str:
    headers = bearer((await get_tokens(client))["access_token"])
    (this,) = (
        item
        for item in (await client.get("/sessions", headers=headers)).json()["items"]
        if item["is_current"]
    )
    await client.post("/auth/logout", headers=headers)
    return str(this["id"])


async def test_each_ending_is_told_once_from_the_cursor_on(
    start: AppFactory, clock: MovedClock
) -> None:
    async with start(clients=(f"shop:{SECRET}",)) as app, make_client(app) as client:
        await sign_up(client)
        cursor, items = await _read(client)
        assert items == []
        ended = [await _end(client) for _ in range(3)]
        later, items = await _read(client, cursor)
        assert items == ended
        assert await _read(client, later) == (later, [])
        last = await _end(client)
        assert (await _read(client, later))[1] == [last]
        assert (await _read(client))[1] == [*ended, last]
        # A minute longer than it matters: the clocks of those who read it differ.
        clock.move(minutes=15, seconds=59)
        assert len((await _read(client))[1]) == 4
        clock.move(seconds=1)
        assert (await _read(client))[1] == []
        assert await _read(client, later) == (later, [])


async def test_it_says_until_when_an_ending_matters(start: AppFactory, clock: MovedClock) -> None:
    async with start(clients=(f"shop:{SECRET}",)) as app, make_client(app) as client:
        await sign_up(client)
        pair = await get_tokens(client)
        clock.move(minutes=10)
        new = (await renew(client, pair["refresh_token"])).json()
        await client.post("/auth/revoke", data={"token": pair["refresh_token"]})
        (item,) = (await client.get("/auth/revocations", auth=SHOP)).json()["items"]
        expected = clock.now().timestamp() + new["expires_in"]
        clock.move(seconds=new["expires_in"])
        assert clock.now().timestamp() == expected
        assert item["expires_at"] == clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("since", ("-1", "x", "", "1e3", "9" * 19, "0x1", " 1", "\u0661", "1.0"))
async def test_a_cursor_that_is_none_is_422(start: AppFactory, since: str) -> None:
    async with start(clients=(f"shop:{SECRET}",)) as app, make_client(app) as client:
        answer = await client.get("/auth/revocations", params={"since": since}, auth=SHOP)
        assert answer.status_code == 422
        answer = await client.get("/auth/revocations?since=" + "9" * 18, auth=SHOP)
        assert answer.json() == {"cursor": "9" * 18, "items": []}
        assert (await ask(app, "POST", "/auth/revocations")).status == 405
