"""A30, A25: odd Authorization headers, and our own tokens where they do not belong.

A header decides alone: a good cookie beside a bad header helps nobody.
"""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from attacks.raw import answer_to, in_cookie, in_header, r401
from factories import AppFactory, bearer, make_client, sign_in, sign_up

PATHS = ("/profile", "/getProfile", "/openapi.json", "/docs")

# `@` stands for a valid token: but for what surrounds it, each would be let in.
REFUSED = (
    *(b"", b" ", b"Bearer", b"Bearer ", b"Bearer  @", b"Bearer @ ", b"Bearer @ @", b"Bearer a b"),
    *(b" Bearer @", b"@", b"Bearer\t@", b"Bearer\xa0@", b"Bearer:@", b"Bearer: @", b"Bearer=@"),
    *(
        b"Bearer,@",
        b"Bearer @,",
        b"Bearer @, Bearer @",
        b'Bearer "@"',
        b"Bearer '@'",
        b"Bearer <@>",
    ),
    *(
        b"Bearer token=@",
        b"Bearer @\x00",
        b"Bearer @\r\n",
        b"Bearer @\xff",
        b"\xffBearer @",
        b"\xff",
    ),
    *(b"Bearer \xff\xfe", b"Bearer \xc3\x28", b"Bearer \xf0\x9f\x94\x91", b"Bearer %E0%A4%A"),
    *(
        b"Bearer %40",
        b"Bearer null",
        b"Bearer undefined",
        b"Bearer .",
        b"Bearer ..",
        b"Bearer ....",
    ),
    *(
        b"Basic @",
        b"Basic dXNlcjpwYXNz",
        b"Digest @",
        b"Token @",
        b"JWT @",
        b"DPoP @",
        b"Negotiate @",
    ),
    *(b"B\xc9arer @", b"BEARER2 @", b"Bearer-@", b"Bearer" * 500 + b" @", b"\x00", b"\x1b[31m @"),
)


@pytest.mark.parametrize("grant", (True, False), ids=["password-grant", "no-password-grant"])
async def test_a30_an_odd_header_gets_the_one_answer_in_spite_of_a_good_cookie(
    start: AppFactory, grant: bool
) -> None:
    async with start(password_grant=grant) as app, make_client(app) as browser:
        await sign_up(browser)
        await sign_in(browser)
        token = browser.cookies["authsvc_access"]
        wanted = await r401(app)
        for path in PATHS:
            for value in REFUSED:
                line = (b"authorization", value.replace(b"@", token.encode()))
                answer = await answer_to(app, [*in_cookie(token), line], path)
                assert answer == wanted, (path, value)
        assert (await answer_to(app, in_cookie(token))).status == 200
        nobody = await answer_to(app, [])
        assert (nobody.status, nobody.slug) == (401, "not-authenticated")
        assert nobody.one("www-authenticate") == "Bearer"


@pytest.mark.parametrize("scheme", (b"Bearer ", b"bearer ", b"BEARER ", b"bEaReR "))
async def test_a30_the_scheme_is_read_in_any_case(
    app: FastAPI, pair: dict[str, Any], scheme: bytes
) -> None:
    line = (b"authorization", scheme + pair["access_token"].encode())
    assert (await answer_to(app, [line])).status == 200


@pytest.mark.parametrize("second", ("good", "bad", ""))
@pytest.mark.parametrize("carrier", ("header", "cookie"))
async def test_a30_two_credentials_of_one_kind_are_ambiguous(
    app: FastAPI, pair: dict[str, Any], carrier: str, second: str
) -> None:
    token = pair["access_token"]
    other = {"good": token, "bad": "x", "": ""}[second]
    present = in_header if carrier == "header" else in_cookie
    for one, two in ((token, other), (other, token)):
        answer = await answer_to(app, [*present(one), *present(two)])
        assert (answer.status, answer.slug) == (400, "ambiguous-credentials")


async def test_a25_a_refresh_token_opens_nothing(app: FastAPI, pair: dict[str, Any]) -> None:
    wanted = await r401(app)
    for path in PATHS:
        assert await answer_to(app, in_header(pair["refresh_token"]), path) == wanted
        assert await answer_to(app, in_cookie(pair["refresh_token"]), path) == wanted


async def test_a25_tokens_in_the_wrong_place_end_no_session(
    client: httpx.AsyncClient, pair: dict[str, Any]
) -> None:
    access, refresh = pair["access_token"], pair["refresh_token"]
    for headers in (
        {"Cookie": f"authsvc_refresh={access}"},
        {"Cookie": f"authsvc_access={refresh}"},
        bearer(refresh),
        {**bearer("x"), "Cookie": f"authsvc_refresh={refresh}"},
    ):
        answer = await client.post("/auth/logout", headers=headers)
        assert answer.status_code == 204
        assert (await client.get("/profile", headers=bearer(access))).status_code == 200
    ended = await client.post("/auth/logout", headers={"Cookie": f"authsvc_refresh={refresh}"})
    assert ended.status_code == 204
    assert (await client.get("/profile", headers=bearer(access))).status_code == 401


async def test_a25_tokens_in_query_or_form_are_not_looked_at(
    app: FastAPI, client: httpx.AsyncClient, pair: dict[str, Any]
) -> None:
    token = pair["access_token"]
    for name in ("access_token", "token", "authorization", "authsvc_access"):
        answer = await client.get("/profile", params={name: token})
        assert (answer.status_code, answer.json()["title"]) == (401, "Not signed in")
    both = await client.get("/profile", params={"access_token": "x"}, headers=bearer(token))
    assert both.status_code == 200
