"""Changing one's password: asked for again, stored once, and every other session ends."""

from collections.abc import Mapping

import httpx
import pytest

from authsvc.core.database import Database
from factories import PASSWORD, bearer, get_tokens, is_alive, renew, sign_in, sign_up
from guard.rows import all_rows

NEW = "four lamps beside the canal"


async def _change(client: httpx.AsyncClient, token: str, **body: object) -> httpx.Response:
    values = {"current_password": PASSWORD, "new_password": NEW, **body}
    return await client.post("/auth/password", headers=bearer(token), json=values)


async def _can_sign_in(client: httpx.AsyncClient, password: str) -> bool:
    body = {"email": "ada@example.com", "password": password}
    return (await client.post("/auth/login", json=body)).status_code == 200


async def test_the_new_one_counts_and_every_other_session_has_ended(
    client: httpx.AsyncClient,
) -> None:
    await sign_up(client)
    others = [await get_tokens(client) for _ in range(2)]
    here = await get_tokens(client)
    answer = await _change(client, here["access_token"])
    assert (answer.status_code, answer.text) == (204, "")
    for pair in others:
        assert not await is_alive(client, pair["access_token"])
        assert (await renew(client, pair["refresh_token"])).status_code == 400
    assert await is_alive(client, here["access_token"])
    assert (await renew(client, here["refresh_token"])).status_code == 200
    assert await _can_sign_in(client, NEW)
    assert not await _can_sign_in(client, PASSWORD)


async def test_a_wrong_present_password_is_403_and_changes_nothing(
    client: httpx.AsyncClient, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    before = await all_rows(database)
    for wrong in ("another password", PASSWORD.upper(), PASSWORD + " "):
        answer = await _change(client, token, current_password=wrong)
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/problems/wrong-password")
    assert await all_rows(database) == before
    assert capsys.readouterr().err.count('"event":"reauthentication_failed"') == 3


REFUSED: Mapping[str, tuple[dict[str, object], str]] = {
    "the same": ({"new_password": PASSWORD}, "validation-failed"),
    "short": ({"new_password": "1234567"}, "weak-password"),
    "common": ({"new_password": "password123"}, "weak-password"),
    "of the e-mail": ({"new_password": "ada@example.com"}, "weak-password"),
    "a list": ({"new_password": [NEW]}, "validation-failed"),
    "too long": ({"new_password": "x" * 257}, "validation-failed"),
    "unknown member": ({"user_id": "x"}, "validation-failed"),
    "nothing new": ({"new_password": ""}, "validation-failed"),
}


@pytest.mark.parametrize(("body", "slug"), REFUSED.values(), ids=REFUSED)
async def test_an_unacceptable_new_password_is_422_and_changes_nothing(
    client: httpx.AsyncClient, database: Database, body: dict[str, object], slug: str
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    before = await all_rows(database)
    answer = await _change(client, token, **body)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(f"/problems/{slug}")
    assert PASSWORD not in answer.text
    assert await all_rows(database) == before


async def test_a73_pages_of_other_sites_change_nothing(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    await sign_in(client)
    before = await all_rows(database)
    answer = await client.post(
        "/auth/password",
        json={"current_password": PASSWORD, "new_password": NEW},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/problems/cross-site-request")
    assert await all_rows(database) == before
