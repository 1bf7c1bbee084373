"""How a token travels: which credential counts, and which look-alikes do not."""

from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from factories import get_tokens, sign_up
from guard.wire import Answer, Lines, as_form, ask, make_walls


@dataclass(frozen=True)
class Caller:
    """Somebody with a good token, who can present anything."""

    app: FastAPI
    token: str

    async def present(self, *lines: tuple[str, str | bytes]) -> Answer:
        """Ask for the profile with these header lines."""
        return await ask(self.app, "GET", "/profile", lines)

    @property
    def cookie(self) -> str:
        """The token as its cookie."""
        return f"authsvc_access={self.token}"


@pytest.fixture
async def caller(app: FastAPI, client: httpx.AsyncClient) -> Caller:
    await sign_up(client)
    return Caller(app, (await get_tokens(client))["access_token"])


async def test_a_token_travels_in_the_header_or_in_the_cookie(caller: Caller) -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = await caller.present(("authorization", f"{scheme} {caller.token}"))
        assert answer.status == 200
    for cookie in (
        caller.cookie,
        f"a=b; {caller.cookie}; c=d",
        f"a=b;{caller.cookie};c=d",
        f"{caller.cookie};",
    ):
        assert (await caller.present(("cookie", cookie))).status == 200, cookie
    assert (await caller.present(("cookie", "a=b"), ("cookie", caller.cookie))).status == 200


NO_BEARER_TOKENS = (
    *("", " ", "Bearer", "Bearer ", "Bearer x", "Bearer a b", "Bearer a.b.c", "Bearer null"),
    *("Basic YTpi", "Token {token}", "{token}", "Bearer:{token}", "Bearer={token}", "JWT x"),
    *("Bearer  {token}", "Bearer\t{token}", " Bearer {token}", "Bearer {token} ", "DPoP {token}"),
    *("Bearer {token},Bearer {token}", 'Bearer "{token}"', "Bearer %E0%A4%A", "Bearer\xa0x"),
)
LOOK_ALIKES = (
    *("AUTHSVC_ACCESS={token}", "Authsvc_access={token}", "authsvc_access ={token}"),
    *("xauthsvc_access={token}", "authsvc_accessx={token}", "authsvc-access={token}"),
    *("__Host-authsvc_access={token}", "__host-authsvc_access={token}", "$authsvc_access=x"),
    *("authsvc%5Faccess={token}", "authsvc_access", "authsvc_access=", "={token}", "{token}"),
    *("a=b,authsvc_access={token}", "a=b;  authsvc_access={token}", "authsvc_refresh={token}"),
    *("a=b;\tauthsvc_access={token}", "a=b;\xa0authsvc_access={token}"),
    *('a="b; x=authsvc_access={token}"', "authsvc_access\x00={token}"),
)
CHANGED_VALUES = (
    '"{token}"',
    " {token}",
    "{token} ",
    "%22{token}",
    "{token}%20",
    "\xff",
    "x=y",
    "=",
)


async def test_a_header_decides_alone_and_never_falls_back(caller: Caller) -> None:
    for header in NO_BEARER_TOKENS:
        line = ("authorization", header.replace("{token}", caller.token))
        answer = await caller.present(line, ("cookie", caller.cookie))
        assert (answer.status, answer.slug) == (401, "invalid-token"), header


async def test_a_good_header_is_not_spoilt_by_a_bad_cookie(caller: Caller) -> None:
    good = ("authorization", f"Bearer {caller.token}")
    for cookie in ("authsvc_access=x", "authsvc_access=x; authsvc_access=y"):
        assert (await caller.present(good, ("cookie", cookie))).status == 200


async def test_two_credentials_of_one_kind_are_refused_even_if_both_are_good(
    caller: Caller,
) -> None:
    header, cookie = ("authorization", f"Bearer {caller.token}"), ("cookie", caller.cookie)
    doubled: list[Lines] = [
        [header, header],
        [header, ("authorization", "")],
        [("authorization", "Basic YTpi"), header],
        [cookie, cookie],
        [("cookie", f"{caller.cookie}; {caller.cookie}")],
        [("cookie", f"{caller.cookie}; authsvc_access=")],
        [("cookie", f"authsvc_access=x; {caller.cookie}")],
        [("cookie", f"authsvc_access=; authsvc_access=;{caller.cookie}")],
    ]
    for lines in doubled:
        answer = await ask(caller.app, "GET", "/profile", lines)
        assert (answer.status, answer.slug) == (400, "ambiguous-credentials")


async def test_cookies_that_only_look_like_ours_are_none(caller: Caller) -> None:
    for cookie in LOOK_ALIKES:
        answer = await caller.present(("cookie", cookie.replace("{token}", caller.token)))
        assert (answer.status, answer.slug) == (401, "not-authenticated"), cookie


async def test_a_cookies_value_is_taken_as_it_is(caller: Caller) -> None:
    for value in CHANGED_VALUES:
        line = ("cookie", f"authsvc_access={value.replace('{token}', caller.token)}")
        answer = await caller.present(line)
        assert (answer.status, answer.slug) == (401, "invalid-token"), value


async def test_tokens_in_query_form_and_other_headers_are_ignored(caller: Caller) -> None:
    token, app = caller.token, caller.app
    query = "&".join(f"{n}={token}" for n in ("access_token", "token", "authsvc_access", "jwt"))
    assert (await ask(app, "GET", f"/profile?{query}")).slug == "not-authenticated"
    names = ("x-access-token", "x-auth-token", "proxy-authorization", "x-user-id", "x-auth-subject")
    lines = [(name, f"Bearer {token}") for name in names]
    assert (await ask(app, "GET", "/profile", lines)).slug == "not-authenticated"
    assert (await ask(app, "GET", "/profile", *as_form({"access_token": token}))).status == 415


async def test_behind_https_the_cookie_without_the_prefix_is_none() -> None:
    walls = make_walls(public_url="https://auth.example")
    answer = await ask(walls, "GET", "/profile", [("cookie", "authsvc_access=x")])
    assert answer.slug == "not-authenticated"
    for name in ("__Host-authsvc_access", "a=b; __Host-authsvc_access"):
        answer = await ask(walls, "GET", "/profile", [("cookie", f"{name}=x")])
        assert answer.slug == "invalid-token"
    for name in ("__host-authsvc_access", "__HOST-authsvc_access", "__Secure-authsvc_access"):
        answer = await ask(walls, "GET", "/profile", [("cookie", f"{name}=x")])
        assert answer.slug == "not-authenticated"
