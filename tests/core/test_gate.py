"""The gate: what a request must be before anything looks at it."""

from collections.abc import Iterator

import pytest

from guard.wire import Lines, ask, make_walls

KIB = 1024
JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")
CHUNKED = ("transfer-encoding", "chunked")
LOGIN = "/auth/login"


def _filled(length: int) -> bytes:
    return b'{"email":"' + b"a" * (length - 12) + b'"}'


@pytest.mark.parametrize("framing", (("content-length", "16384"), CHUNKED))
async def test_a_body_of_16_kib_is_read(framing: tuple[str, str]) -> None:
    answer = await ask(make_walls(), "POST", LOGIN, [JSON, framing], [_filled(16 * KIB)])
    assert (answer.status, answer.slug) == (422, "validation-failed")


@pytest.mark.parametrize("path", (LOGIN, "/auth/register", "/profile", "/nowhere"))
@pytest.mark.parametrize("framing", (("content-length", "16385"), CHUNKED))
async def test_one_byte_more_is_413(path: str, framing: tuple[str, str]) -> None:
    answer = await ask(make_walls(), "POST", path, [JSON, framing], [_filled(16 * KIB + 1)])
    assert (answer.status, answer.slug) == (413, "body-too-large")


async def test_50_mb_are_refused_after_the_first_17_kib() -> None:
    read = []

    def megabytes() -> Iterator[bytes]:
        for _ in range(50 * KIB):
            read.append(1)
            yield b" " * KIB

    chunks = megabytes()
    answer = await ask(make_walls(), "POST", LOGIN, [JSON, CHUNKED], chunks)
    assert answer.status == 413
    assert len(read) == 17


@pytest.mark.parametrize(
    "length", ("52428800", "9" * 5000, "16385", "-1", "1e3", "0x10", "", "١٢".encode())
)
async def test_an_announced_length_is_judged_before_a_byte_is_read(length: str | bytes) -> None:
    def unread() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    lines: Lines = [JSON, ("content-length", length)]
    answer = await ask(make_walls(), "POST", LOGIN, lines, unread())
    assert (answer.status, answer.slug) == (413, "body-too-large")


async def test_forms_have_the_same_limit() -> None:
    answer = await ask(
        make_walls(), "POST", "/auth/token", [FORM, CHUNKED], [b"a=" + b"b" * 16 * KIB]
    )
    assert answer.status == 413
    assert answer.json["error"] == "invalid_request"


@pytest.mark.parametrize(
    "lines",
    (
        [("content-type", "text/plain")],
        [("content-type", "application/x-www-form-urlencoded")],
        [("content-type", "multipart/form-data; boundary=x")],
        [("content-type", "application/jsonp")],
        [("content-type", "application/json+x")],
        [("content-type", "application/problem+json")],
        [("content-type", "text/json")],
        [("content-type", "")],
        [("content-type", "application/json; charset=utf-16")],
        [("content-type", "application/json; boundary=x")],
        [("content-type", "application/json, text/plain")],
        [JSON, ("content-type", "text/plain")],
        [JSON, JSON],
        [JSON, ("content-encoding", "gzip")],
        [JSON, ("content-encoding", "identity, br")],
        [],
    ),
    ids=str,
)
async def test_other_media_types_are_415(lines: Lines) -> None:
    length = ("content-length", "2")
    answer = await ask(make_walls(), "POST", LOGIN, [*lines, length], [b"{}"])
    assert (answer.status, answer.slug) == (415, "unsupported-media-type")


async def test_the_media_type_counts_also_without_a_body() -> None:
    answer = await ask(make_walls(), "POST", "/auth/logout", [("content-type", "text/plain")])
    assert (answer.status, answer.slug) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    "media_type",
    ("application/json", "Application/JSON", "application/json; charset=UTF-8",
     'application/json;charset="utf-8"', "application/json ;charset=utf-8"),
)  # fmt: skip
async def test_json_may_be_spelt_as_its_rfc_allows(media_type: str) -> None:
    lines: Lines = [("content-type", media_type), ("content-length", "2")]
    answer = await ask(make_walls(), "POST", LOGIN, lines, [b"{}"])
    assert (answer.status, answer.slug) == (422, "validation-failed")


async def test_json_is_no_form() -> None:
    lines: Lines = [JSON, ("content-length", "2")]
    answer = await ask(make_walls(), "POST", "/auth/token", lines, [b"{}"])
    assert answer.status == 415
    assert answer.json["error"] == "invalid_request"
    assert "application/x-www-form-urlencoded" in answer.json["error_description"]


def _headers_of(size: int) -> Lines:
    """Fill up, besides the Host line, to `size` bytes of names and values."""
    return [("x-filler", "a" * (size - len("hostlocalhost") - len("x-filler")))]


async def test_16_kib_of_headers_pass_and_a_byte_more_is_431() -> None:
    walls = make_walls()
    assert (await ask(walls, "GET", "/profile", _headers_of(16 * KIB))).status == 401
    answer = await ask(walls, "GET", "/profile", _headers_of(16 * KIB + 1))
    assert (answer.status, answer.slug) == (431, "headers-too-large")


async def test_many_small_headers_count_together() -> None:
    lines = [(f"x-{number}", "b" * 20) for number in range(800)]
    answer = await ask(make_walls(), "GET", "/health/live", lines)
    assert answer.status == 431


PRODUCTION = {"env": "production", "public_url": "https://auth.example.com"}


@pytest.mark.parametrize(
    ("host", "is_ours"),
    (
        ("auth.example.com", True),
        ("AUTH.Example.COM", True),
        ("auth.example.com:443", True),
        ("auth.example.com:8000", True),
        ("auth.example.com.", False),
        ("auth.example.com.evil.example", False),
        ("evil.example", False),
        ("evil.example#auth.example.com", False),
        ("evil@auth.example.com", False),
        ("example.com", False),
        ("xauth.example.com", False),
        ("127.0.0.1", False),
        ("*", False),
        ("", False),
        (b"\xff", False),
    ),
)
async def test_in_production_only_the_public_host_is_answered(
    host: str | bytes, *, is_ours: bool
) -> None:
    answer = await ask(make_walls(**PRODUCTION), "GET", "/profile", [("host", host)])
    expected = (401, "not-authenticated") if is_ours else (400, "unknown-host")
    assert (answer.status, answer.slug) == expected


async def test_two_hosts_or_a_forwarded_one_do_not_help() -> None:
    walls = make_walls(**PRODUCTION)
    ours, evil = ("host", "auth.example.com"), ("host", "evil.example")
    assert (await ask(walls, "GET", "/profile", [ours, evil])).status == 400
    forwarded: Lines = [evil, ("x-forwarded-host", "auth.example.com")]
    assert (await ask(walls, "GET", "/profile", forwarded)).status == 400


@pytest.mark.parametrize("path", ("/health/live", "/health/ready"))
async def test_health_is_asked_under_any_name(path: str) -> None:
    answer = await ask(make_walls(**PRODUCTION), "GET", path, [("host", "10.1.2.3")])
    assert answer.status in {200, 503}
    assert answer.one("content-type") == "application/json"


async def test_hosts_can_be_listed_and_addresses_among_them() -> None:
    walls = make_walls(allowed_hosts="A.example, ::1")
    for host in ("a.example", "a.example:80", "[::1]", "[::1]:8000"):
        assert (await ask(walls, "GET", "/profile", [("host", host)])).status == 401
    for host in ("localhost", "[::2]", "[::1", "::1]"):
        assert (await ask(walls, "GET", "/profile", [("host", host)])).slug == "unknown-host"
