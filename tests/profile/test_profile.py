"""The profile: the same under both names, and only its owner's to read and change."""

import asyncio

import httpx

from authsvc.core.database import Database
from credentials.instruments import set_columns
from factories import MovedClock, bearer, get_tokens, sign_in, sign_up
from guard.rows import all_rows


async def test_both_names_show_the_same_to_the_byte(client: httpx.AsyncClient) -> None:
    profile = await sign_up(client, name="Ada")
    await sign_in(client)
    one, two = await client.get("/profile"), await client.get("/getProfile")
    assert one.json() == profile
    assert one.content == two.content
    assert one.headers["content-type"] == "application/json"


async def test_changing_the_name_changes_that_and_the_time(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    profile = await sign_up(client, name="Ada")
    await sign_in(client)
    clock.move(seconds=90)
    for name in ("Ada Lovelace", None, "A"):
        answer = await client.patch("/profile", json={"name": name})
        assert answer.status_code == 200
        expected = {
            **profile,
            "name": name,
            "updated_at": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        assert answer.json() == expected
        assert (await client.get("/profile")).json() == expected


async def test_nothing_but_the_name_can_be_changed(
    client: httpx.AsyncClient, database: Database
) -> None:
    profile = await sign_up(client, name="Ada")
    await sign_in(client)
    before = await all_rows(database)
    more = {field: value for field, value in profile.items() if field != "name"}
    for field, value in {**more, "password_hash": "x", "is_superuser": True}.items():
        answer = await client.patch("/profile", json={"name": "Eve", field: value})
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [""]
    wrong: tuple[object, ...] = ({}, {"name": 1}, {"name": ["Eve"]}, {"name": ""}, [], None, "Eve")
    for body in wrong:
        assert (await client.patch("/profile", json=body)).status_code == 422
    assert await all_rows(database) == before


async def test_a_change_reaches_only_ones_own_row(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    other = await sign_up(client, "eve@example.com", name="Eve")
    pair = await get_tokens(client)
    for query in ("", f"?id={other['id']}", f"?user_id={other['id']}&email=eve@example.com"):
        answer = await client.patch(
            f"/profile{query}", headers=bearer(pair["access_token"]), json={"name": "Ada"}
        )
        assert (answer.status_code, answer.json()["email"]) == (200, "ada@example.com")
    names = {row[1]: row[2] for row in (await all_rows(database))["users"]}
    assert names == {"ada@example.com": "Ada", "eve@example.com": "Eve"}


async def test_a_name_comes_back_as_json_and_never_as_a_page(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    await sign_in(client)
    name = '</script>"\u2028<img src=x>'
    answer = await client.patch(
        "/profile?callback=alert", json={"name": name}, headers={"accept": "text/html"}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["name"] == name
    assert not any("script" in value for value in answer.headers.values())


async def test_a_row_that_cannot_be_read_is_its_owners_fault_alone(
    client: httpx.AsyncClient, database: Database
) -> None:
    headers = []
    for email in ("ada@example.com", "mary@example.com", "hedy@example.com"):
        await sign_up(client, email)
        headers.append(bearer((await get_tokens(client, email))["access_token"]))
    await set_columns(database, "mary@example.com", roles=7)
    asked = (client.get("/profile", headers=one) for one in headers)
    # Together: one query reads all three.
    assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200, 500, 200]
