"""The two cookies: names and attributes, when they are set and when they are taken back."""

from collections.abc import Sequence

import pytest

from authsvc.guard.transport import CookiePolicy
from factories import PASSWORD, AppFactory, make_client, sign_up
from guard.wire import as_json, ask

LOGIN = {"email": "ada@example.com", "password": PASSWORD}
HTTPS = {"public_url": "https://auth.example"}
KEPT = (
    "{prefix}authsvc_access={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}",
    "{prefix}authsvc_refresh={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}",
)


def _forms(*, is_https: bool, age: int) -> Sequence[tuple[str, str]]:
    """Return beginning and end of both cookies, as they must be."""
    filled = (
        text.format(
            prefix="__Host-" if is_https else "",
            secure="; Secure" if is_https else "",
            age=age,
            value="|",
        )
        for text in KEPT
    )
    return [(begin, end) for begin, _, end in (text.partition("|") for text in filled)]


@pytest.mark.parametrize("changes", ({}, HTTPS), ids=("http", "https"))
async def test_signing_in_sets_both_and_signing_out_takes_both_back(
    start: AppFactory, changes: dict[str, str]
) -> None:
    is_https = bool(changes)
    async with start(**changes) as app, make_client(app) as client:
        await sign_up(client)
        answer = await client.post("/auth/login", json=LOGIN)
        cookies = answer.headers.get_list("set-cookie")
        values = []
        forms = _forms(is_https=is_https, age=604800)
        for cookie, (begin, end) in zip(cookies, forms, strict=True):
            assert cookie.startswith(begin)
            assert cookie.endswith(end)
            values.append(cookie.removeprefix(begin).removesuffix(end))
            assert len(cookie) < 1024
            assert "domain" not in cookie.lower()
        everything_else = [text for name, text in answer.headers.items() if name != "set-cookie"]
        for value in values:
            assert len(value) > 64
            assert value not in answer.text
            assert not any(value in text for text in everything_else)
        line = "; ".join(begin + value for (begin, _), value in zip(forms, values, strict=True))
        profile = await ask(app, "GET", "/profile", [("cookie", line)])
        assert profile.status == 200
        out = await ask(app, "POST", "/auth/logout", [("cookie", line)])
        assert out.status == 204
        assert out.all("set-cookie") == [
            begin + end for begin, end in _forms(is_https=is_https, age=0)
        ]


async def test_the_cookies_live_as_long_as_the_session_can(start: AppFactory) -> None:
    lifetimes = {"session_idle_ttl": "3600", "session_max_ttl": "1800"}
    async with start(**lifetimes) as app, make_client(app) as client:
        await sign_up(client)
        answer = await client.post("/auth/login", json=LOGIN)
        for cookie in answer.headers.get_list("set-cookie"):
            assert "; Max-Age=1800; " in cookie


async def test_no_other_request_sets_a_cookie(start: AppFactory) -> None:
    async with start() as app, make_client(app) as client:
        await sign_up(client)
        wrong = [
            ("/auth/login", {**LOGIN, "password": "another password"}),
            ("/auth/register", LOGIN),
            ("/auth/login", {}),
        ]
        for path, body in wrong:
            lines, chunks = as_json(body)
            answer = await ask(app, "POST", path, lines, chunks)
            assert answer.status >= 400
            assert not answer.all("set-cookie")
        form = {"grant_type": "password", "username": LOGIN["email"], "password": PASSWORD}
        answered = await client.post("/auth/token", data=form)
        assert answered.status_code == 200
        assert "set-cookie" not in answered.headers


def test_a_policy_for_https_is_never_weaker() -> None:
    policy = CookiePolicy(is_secure=True)
    assert policy.access_name == "__Host-authsvc_access"
    assert policy.refresh_name == "__Host-authsvc_refresh"
