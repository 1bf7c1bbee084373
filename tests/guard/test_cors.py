"""CORS for the listed origins, and none at all for everybody else."""

import pytest

from guard.answers import KINDS, answer_of
from guard.wire import ask, make_walls

LISTED = "https://app.example"
TWO = {"allowed_origins": f"{LISTED}, http://localhost:3000"}
STRANGE = (
    "https://evil.example",
    "null",
    "",
    "*",
    "http://app.example",
    "https://app.example.evil.example",
    "https://xapp.example",
    "https://app.example:444",
    "https://APP.example",
    "https://app.example/",
    f"{LISTED},{LISTED}",
)


def _cors(lines: object) -> list[str]:
    assert isinstance(lines, list)
    return [name for name, _ in lines if name.startswith("access-control-")]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"preflight", "forbidden"}])
async def test_a_listed_origin_reads_every_answer_and_a_strange_one_none(kind: str) -> None:
    walls = make_walls(**TWO)
    answer = await answer_of(walls, kind, ("origin", LISTED))
    assert answer.one("access-control-allow-origin") == LISTED
    assert answer.one("access-control-allow-credentials") == "true"
    assert "Origin" in answer.one("vary")
    assert "X-Request-Id" in answer.one("access-control-expose-headers")
    for origin in STRANGE:
        answer = await answer_of(walls, kind, ("origin", origin))
        assert not _cors(answer.lines), origin
    assert not _cors((await answer_of(walls, kind)).lines)


async def test_two_origins_are_none() -> None:
    lines = [("origin", LISTED), ("origin", LISTED)]
    assert not _cors((await ask(make_walls(**TWO), "GET", "/profile", lines)).lines)


@pytest.mark.parametrize("method", ("GET", "POST", "PATCH", "DELETE"))
async def test_a_listed_origins_preflight_is_granted(method: str) -> None:
    wanted = [
        ("origin", LISTED),
        ("access-control-request-method", method),
        ("access-control-request-headers", "authorization, content-type"),
    ]
    answer = await ask(make_walls(**TWO), "OPTIONS", "/profile", wanted)
    assert answer.status == 200
    assert answer.body == b""
    assert answer.one("access-control-allow-origin") == LISTED
    assert answer.one("access-control-allow-credentials") == "true"
    assert method in answer.one("access-control-allow-methods").split(", ")
    granted = answer.one("access-control-allow-headers").lower().split(", ")
    assert {"authorization", "content-type"} <= set(granted)
    assert "Origin" in answer.one("vary")


@pytest.mark.parametrize(
    ("method", "header"), (("PUT", "content-type"), ("GET", "x-evil"), ("x y", "*"))
)
async def test_a_preflight_that_asks_for_more_is_told_what_there_is(
    method: str, header: str
) -> None:
    wanted = [
        ("origin", LISTED),
        ("access-control-request-method", method),
        ("access-control-request-headers", header),
    ]
    answer = await ask(make_walls(**TWO), "OPTIONS", "/profile", wanted)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.one("access-control-allow-methods") == "GET, POST, PATCH, DELETE"
    assert header not in answer.one("access-control-allow-headers")


async def test_a_strangers_preflight_is_an_ordinary_405() -> None:
    for origin in STRANGE:
        wanted = [
            ("origin", origin),
            ("access-control-request-method", "PATCH"),
            ("access-control-request-headers", "authorization"),
        ]
        answer = await ask(make_walls(**TWO), "OPTIONS", "/profile", wanted)
        assert (answer.status, answer.slug) == (405, "method-not-allowed")
        assert not _cors(answer.lines)


async def test_without_listed_origins_there_is_no_cors() -> None:
    for origin in (*STRANGE, "http://localhost:8000", LISTED):
        answer = await ask(make_walls(), "GET", "/profile", [("origin", origin)])
        assert not _cors(answer.lines)


async def test_any_origin_in_development_never_means_with_cookies() -> None:
    walls = make_walls(allowed_origins="*")
    for lines in ([], [("cookie", "authsvc_access=x")]):
        answer = await ask(walls, "GET", "/profile", [("origin", "https://evil.example"), *lines])
        assert answer.all("access-control-allow-origin") == ["*"]
        assert not answer.all("access-control-allow-credentials")
    preflight = [("origin", "https://evil.example"), ("access-control-request-method", "PATCH")]
    answer = await ask(walls, "OPTIONS", "/profile", preflight)
    assert not answer.all("access-control-allow-credentials")
    post = [("origin", "https://evil.example"), ("cookie", "authsvc_access=x")]
    assert (await ask(walls, "POST", "/auth/logout", post)).status == 403
