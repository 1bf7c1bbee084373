"""What the proxy tells of the original request: another site's is refused, a browser led in."""

import pytest

from guard.wire import Lines, ask, make_walls

PATH = "/auth/verify"
OURS = "http://localhost:8000"
EVIL = ("origin", "https://evil.example")
CROSS = ("sec-fetch-site", "cross-site")
COOKIE = ("cookie", "authsvc_access=x")
BROWSER = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
ASKED = f"{PATH}?signed_out=login"
ATTACKS = ((EVIL,), (CROSS,), (("origin", "null"),), (("sec-fetch-site", "same-site"), EVIL))


async def _slug(*lines: tuple[str, str], **settings: object) -> str:
    return (await ask(make_walls(**settings), "GET", PATH, lines)).slug


@pytest.mark.parametrize("name", ("x-forwarded-method", "x-original-method"))
async def test_a73_another_sites_change_with_our_cookie_is_refused_for_what_stands_behind(
    name: str,
) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "post", "get", "PURGE", "", "GET, POST"):
        for attack in ATTACKS:
            lines = ((name, method), COOKIE, *attack)
            assert await _slug(*lines) == "cross-site-request", lines
            # Also where the client has said something itself that the proxy has left.
            assert await _slug(("x-original-method", "GET"), *lines) == "cross-site-request"
            assert await _slug(*lines, ("x-forwarded-method", "GET")) == "cross-site-request"


async def test_reading_bearers_our_own_pages_and_programs_are_not_in_question() -> None:
    post = ("x-forwarded-method", "POST")
    listed = {"allowed_origins": "https://app.example"}
    for lines in (
        (COOKIE, EVIL, CROSS),
        *((("x-forwarded-method", safe), COOKIE, EVIL) for safe in ("GET", "HEAD", "OPTIONS")),
        (post, COOKIE),
        (post, COOKIE, ("sec-fetch-site", "same-origin"), EVIL),
        (post, COOKIE, ("sec-fetch-site", "none")),
        (post, COOKIE, ("origin", OURS)),
        (post, COOKIE, CROSS, ("origin", "https://app.example")),
        (post, COOKIE, EVIL, ("authorization", "Bearer x")),
    ):
        assert await _slug(*lines, **listed) == "invalid-token", lines
    assert await _slug(post, EVIL, CROSS) == "not-authenticated"


async def test_elsewhere_a_told_method_means_nothing() -> None:
    lines = [COOKIE, EVIL, ("x-forwarded-method", "POST")]
    assert (await ask(make_walls(), "GET", "/profile", lines)).slug == "invalid-token"
    lines = [COOKIE, EVIL, ("x-forwarded-method", "GET")]
    assert (await ask(make_walls(), "PATCH", "/profile", lines)).slug == "cross-site-request"


@pytest.mark.parametrize("presented", ((), COOKIE, ("authorization", "Bearer x")))
async def test_a_browser_is_shown_the_way_in_where_the_proxy_asks_for_it(
    presented: tuple[str, str] | tuple[()],
) -> None:
    walls = make_walls(public_url="https://auth.example")
    lines: Lines = [
        BROWSER,
        ("x-forwarded-uri", "/a/b?c=d&e=%2F#f"),
        *([presented] if presented else []),
    ]
    answer = await ask(walls, "GET", ASKED, lines)
    assert (answer.status, answer.body) == (303, b"")
    onwards = "/a/b%3Fc%3Dd%26e%3D%252F%23f"
    assert answer.one("location") == f"https://auth.example/login?next={onwards}"
    assert answer.one("cache-control") == "no-store"
    assert answer.has_our_id
    assert (await ask(walls, "GET", PATH, lines)).status == 401


@pytest.mark.parametrize("query", ("signed_out=Login", "signed_out=login&x=y", "signed_out", "x"))
async def test_asked_otherwise_it_is_a_401(query: str) -> None:
    assert (await ask(make_walls(), "GET", f"{PATH}?{query}", [BROWSER])).status == 401


async def test_programs_get_the_401_and_everybody_the_other_refusals() -> None:
    walls = make_walls()
    for accept in ([], [("accept", "*/*")], [("accept", "application/json")]):
        assert (await ask(walls, "GET", ASKED, accept)).slug == "not-authenticated"
    twice = [BROWSER, COOKIE, COOKIE]
    assert (await ask(walls, "GET", ASKED, twice)).slug == "ambiguous-credentials"
    strange = [BROWSER, COOKIE, EVIL, ("x-forwarded-method", "POST")]
    assert (await ask(walls, "GET", ASKED, strange)).slug == "cross-site-request"


@pytest.mark.parametrize(
    "told",
    (
        [],
        *([("x-forwarded-uri", uri)] for uri in ("", "a", "//evil.example", "/\\evil.example")),
        [("x-forwarded-uri", "https://evil.example/"), ("x-forwarded-host", "evil.example")],
        [("x-forwarded-uri", "/a"), ("x-forwarded-uri", "/b")],
    ),
)
async def test_a83_the_way_in_leads_on_to_paths_of_ours_only(told: Lines) -> None:
    answer = await ask(make_walls(), "GET", ASKED, [BROWSER, *told])
    assert answer.one("location") == f"{OURS}/login"


async def test_odd_bytes_stay_within_the_query() -> None:
    for raw in (b"/\xff\x00", "/ä".encode(), b"/a\r\nSet-Cookie: x=1", b'/"><script>'):
        answer = await ask(make_walls(), "GET", ASKED, [BROWSER, (b"x-forwarded-uri", raw)])
        location = answer.one("location").removeprefix(f"{OURS}/login?next=/")
        assert location.isascii()
        assert not set(location) & set('\r\n\x00"<>&:= ')
