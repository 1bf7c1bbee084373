"""`/auth/token`: tokens in OAuth's terms, and its errors one by one."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import PASSWORD, AppFactory, bearer, get_tokens, make_client, sign_up
from guard.rows import all_rows, count
from guard.wire import Answer, as_form, ask, make_walls

FORM = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
ENCODED = "grant_type=password&username=ada%40example.com&password=a+fern+under+seven+moons"


async def _send(app: FastAPI, body: str | bytes, *lines: tuple[str, str]) -> Answer:
    own, chunks = as_form(body.encode() if isinstance(body, str) else body)
    return await ask(app, "POST", "/auth/token", [*own, *lines], chunks)


async def test_the_answer_is_a_bearer_pair(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    answer = await client.post("/auth/token", data=FORM)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert "set-cookie" not in answer.headers
    pair = answer.json()
    assert set(pair) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (pair["token_type"], pair["expires_in"], pair["scope"]) == ("Bearer", 900, "profile")
    headers = bearer(pair["access_token"])
    assert (await client.get("/getProfile", headers=headers)).status_code == 200
    headers = bearer(pair["refresh_token"])
    assert (await client.get("/getProfile", headers=headers)).status_code == 401


GOOD = (
    ENCODED,
    ENCODED.replace("ada%40", " ADA%40".replace(" ", "+")),
    ENCODED + "&scope=profile",
    ENCODED + "&scope=profile+profile",
    ENCODED + "&scope=",
    ENCODED + "&client_id=anybody&client_secret=anything&unknown=1&resource=x",
    ENCODED.replace("+", "%20"),
    ENCODED + "&",
)


async def test_what_is_unknown_or_empty_counts_as_left_out(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await sign_up(client)
    for body in GOOD:
        answer = await _send(app, body)
        assert (answer.status, answer.json.get("scope")) == (200, "profile"), body


REFUSED: Mapping[str, str] = {
    "": "invalid_request",
    "username=ada%40example.com&password=x": "invalid_request",
    "grant_type=&username=a&password=b": "invalid_request",
    "grant_type=password": "invalid_request",
    "grant_type=password&username=ada%40example.com": "invalid_request",
    "grant_type=password&password=x": "invalid_request",
    "grant_type=password&username=&password=x": "invalid_request",
    "grant_type=password&username=ada%40example.com&password=": "invalid_request",
    ENCODED + "&grant_type=password": "invalid_request",
    ENCODED + "&username=ada%40example.com": "invalid_request",
    ENCODED + "&password=x": "invalid_request",
    ENCODED + "&scope=profile&scope=profile": "invalid_request",
    ENCODED + "&x=1&x=2": "invalid_request",
    ENCODED + "&scope=&scope=": "invalid_request",
    ENCODED + "&x=%ff": "invalid_request",
    ENCODED + "&x=%E0%A4%A": "invalid_request",
    ENCODED + "&x=%ed%a0%80": "invalid_request",
    ENCODED + "&%c3=1": "invalid_request",
    ENCODED + "".join(f"&x{n}=1" for n in range(30)): "invalid_request",
    "grant_type=refresh_token": "invalid_request",
    "grant_type=refresh_token&refresh_token=": "invalid_request",
    "grant_type=refresh_token&refresh_token=x": "invalid_grant",
    "grant_type=refresh_token&refresh_token=x&scope=admin": "invalid_scope",
    "grant_type=client_credentials": "unsupported_grant_type",
    "grant_type=authorization_code&code=x": "unsupported_grant_type",
    "grant_type=PASSWORD&username=a&password=b": "unsupported_grant_type",
    "grant_type=password+&username=a&password=b": "unsupported_grant_type",
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer": "unsupported_grant_type",
    ENCODED + "&scope=admin": "invalid_scope",
    ENCODED + "&scope=profile+admin": "invalid_scope",
    ENCODED + "&scope=Profile": "invalid_scope",
    ENCODED + "&scope=+": "invalid_scope",
    ENCODED + "&scope=profile%00": "invalid_scope",
    ENCODED + "x": "invalid_grant",
    ENCODED.replace("password=a", "password=A"): "invalid_grant",
    ENCODED.replace("=ada", "=eve"): "invalid_grant",
    ENCODED.replace("=ada", "=%c3%a9"): "invalid_grant",
    ENCODED.replace("ada%40", "ada%2540"): "invalid_grant",
    ENCODED.replace("ada", "ada%00"): "invalid_grant",
    ENCODED + "%00": "invalid_grant",
    ENCODED + "%zz": "invalid_grant",
    ENCODED + "x" * 300: "invalid_grant",
}


async def test_every_refusal_is_rfc_6749s_and_leaves_no_row(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    before = await all_rows(database)
    for body, error in REFUSED.items():
        answer = await _send(app, body)
        assert (answer.status, answer.json["error"]) == (400, error), body
        assert set(answer.json) == {"error", "error_description"}
        assert answer.json["error_description"].isascii()
        assert answer.one("content-type") == "application/json"
        assert answer.one("cache-control") == "no-store"
        assert answer.one("pragma") == "no-cache"
        assert not answer.all("www-authenticate")
    assert await all_rows(database) == before


async def test_what_is_no_form_is_refused_as_a_request() -> None:
    for body in (b"\xff=1", "é=1".encode(), b"grant_type=password&\xc3"):
        answer = await _send(make_walls(), body)
        assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    for media_type in ("application/json", "multipart/form-data; boundary=x", "text/plain"):
        lines = [("content-type", media_type), ("content-length", str(len(ENCODED)))]
        answer = await ask(make_walls(), "POST", "/auth/token", lines, [ENCODED.encode()])
        assert (answer.status, answer.json["error"]) == (415, "invalid_request")


async def test_parameters_in_the_query_do_not_count() -> None:
    answer = await ask(make_walls(), "POST", f"/auth/token?{ENCODED}")
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    query = "/auth/token?password=x&username=ada%40example.com"
    answer = await ask(make_walls(), "POST", query, *as_form({"grant_type": "password"}))
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


async def test_client_credentials_and_cookies_are_ignored(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    for line in (
        ("authorization", "Basic c3dhZ2dlcjo="),
        ("authorization", "Basic !!!"),
        ("authorization", f"Bearer {token}"),
        ("cookie", f"authsvc_access={token}; authsvc_access=x"),
    ):
        assert (await _send(app, ENCODED, line)).status == 200
    assert await count(database, "sessions") == 5
    assert (await client.get("/profile", headers=bearer(token))).status_code == 200


async def test_the_password_grant_can_be_switched_off(
    start: AppFactory, database: Database
) -> None:
    async with start(password_grant=False) as app, make_client(app) as client:
        await sign_up(client)
        for body in (ENCODED, ENCODED + "x", "grant_type=password"):
            answer = await _send(app, body)
            assert (answer.status, answer.json["error"]) == (400, "unsupported_grant_type")
        assert (await _send(app, "")).json["error"] == "invalid_request"
    assert await count(database, "sessions") == 0
