"""Signing out: the session is dead at once, everywhere, whatever was presented."""

from collections.abc import Mapping, Sequence

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import AppFactory, MovedClock, bearer, get_tokens, make_client, sign_in, sign_up
from guard.rows import all_rows
from guard.wire import Lines, ask

CLEARED = [
    "authsvc_access=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
    "authsvc_refresh=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict",
]


async def _ended(database: Database) -> int:
    return sum(row[-1] is not None for row in (await all_rows(database))["sessions"])


def _lines_with(pair: Mapping[str, str], what: str) -> Lines:
    access, refresh = pair["access_token"], pair["refresh_token"]
    return {
        "bearer": [("authorization", f"Bearer {access}")],
        "cookie": [("cookie", f"authsvc_access={access}")],
        "refresh cookie": [("cookie", f"authsvc_refresh={refresh}")],
        "both cookies": [("cookie", f"authsvc_access={access}; authsvc_refresh={refresh}")],
        "a broken access cookie": [("cookie", f"authsvc_access=broken; authsvc_refresh={refresh}")],
    }[what]


@pytest.mark.parametrize("minutes", (0, 20), ids=("in time", "expired"))
async def test_whatever_names_the_session_ends_it_also_when_expired(
    app: FastAPI,
    client: httpx.AsyncClient,
    database: Database,
    clock: MovedClock,
    minutes: int,
) -> None:
    await sign_up(client)
    names = ("bearer", "cookie", "refresh cookie", "both cookies", "a broken access cookie")
    pairs = {name: await get_tokens(client) for name in names}
    clock.move(minutes=minutes)
    for number, (name, pair) in enumerate(pairs.items(), start=1):
        for _ in range(2):
            answer = await ask(app, "POST", "/auth/logout", _lines_with(pair, name))
            assert (answer.status, answer.body) == (204, b""), name
            assert not answer.all("content-type")
            assert answer.all("set-cookie") == CLEARED
            assert answer.one("clear-site-data") == '"cache", "storage"'
        assert await _ended(database) == number, name


async def test_the_session_is_dead_at_once_and_only_that_one(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    other = await get_tokens(client)
    await sign_in(client)
    token = client.cookies["authsvc_access"]
    assert (await client.post("/auth/logout")).status_code == 204
    assert "authsvc_access" not in client.cookies
    assert "authsvc_refresh" not in client.cookies
    answer = await client.get("/profile")
    assert answer.json()["type"].endswith("/problems/not-authenticated")
    answer = await client.get("/profile", headers=bearer(token))
    assert answer.json()["type"].endswith("/problems/session-ended")
    headers = bearer(other["access_token"])
    assert (await client.get("/profile", headers=headers)).status_code == 200


async def test_every_other_instance_sees_it_with_its_next_look(start: AppFactory) -> None:
    async with start() as one, start() as two, make_client(one) as here, make_client(two) as there:
        await sign_up(here)
        headers = bearer((await get_tokens(here))["access_token"])
        assert (await there.get("/profile", headers=headers)).status_code == 200
        assert (await here.post("/auth/logout", headers=headers)).status_code == 204
        await two.state.revocations.poll()
        answer = await there.get("/profile", headers=headers)
        assert answer.json()["type"].endswith("/problems/session-ended")


GARBAGE: Sequence[Lines] = (
    [],
    [("authorization", "Bearer x")],
    [("authorization", "Basic YTpi")],
    [("authorization", "Bearer " + "A" * 9000)],
    [("cookie", "authsvc_access=x; authsvc_refresh=y")],
    [("cookie", "authsvc_refresh=r1." + "0" * 32 + ".0." + "A" * 43)],
    [("cookie", b"authsvc_access=\xff\x00; authsvc_refresh=\xff")],
)


async def test_garbage_and_nothing_end_nothing_and_are_no_error(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await get_tokens(client)
    before = await all_rows(database)
    for lines in GARBAGE:
        answer = await ask(app, "POST", "/auth/logout", lines)
        assert answer.status == 204, lines
        assert answer.all("set-cookie") == CLEARED
    assert await all_rows(database) == before


async def test_two_credentials_end_nothing(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    for line in (*_lines_with(pair, "bearer"), *_lines_with(pair, "cookie")):
        answer = await ask(app, "POST", "/auth/logout", [line, line])
        assert (answer.status, answer.slug) == (400, "ambiguous-credentials")
    assert await _ended(database) == 0


async def test_a_refresh_token_changed_in_any_place_ends_nothing(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["refresh_token"]
    version, session_id, generation, proof = token.split(".")
    changed = (
        f"r2.{session_id}.{generation}.{proof}",
        f"{version}.{session_id[::-1]}.{generation}.{proof}",
        f"{version}.{session_id}.1.{proof}",
        f"{version}.{session_id}.00.{proof}",
        f"{version}.{session_id.upper()}.{generation}.{proof}",
        f"{version}.{session_id}.{generation}.{proof[::-1]}",
        f"{token}=",
        f"{token}\n",
        token[:-1],
    )
    for text in changed:
        answer = await ask(app, "POST", "/auth/logout", [("cookie", f"authsvc_refresh={text}")])
        assert answer.status == 204
    assert await _ended(database) == 0
