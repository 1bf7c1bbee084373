"""What every answer carries, of whatever kind it is: security headers and a request id."""

import json
import re

import pytest
import structlog

from guard.answers import FILES, KINDS, PAGES, answer_of
from guard.wire import ask, make_walls

ALLOWED = {"allowed_origins": "https://app.example"}
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
PROXY = "10.0.0.1"


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_answer_carries_the_security_headers_once(kind: str) -> None:
    answer = await answer_of(make_walls(**ALLOWED), kind)
    for name, value in EVERYWHERE.items():
        assert answer.one(name) == value
    policy = answer.one("content-security-policy").split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert ("sandbox" in policy) == (kind not in PAGES)
    cached = "no-cache" if kind in FILES else "no-store"
    assert answer.one("cache-control") == cached
    assert answer.has_our_id
    assert not answer.all("server")
    assert not answer.all("strict-transport-security")


@pytest.mark.parametrize("kind", KINDS)
async def test_behind_https_every_kind_of_answer_carries_hsts(kind: str) -> None:
    answer = await answer_of(make_walls(public_url="https://auth.example", **ALLOWED), kind)
    assert answer.one("strict-transport-security") == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize("kind", PAGES)
async def test_pages_run_our_own_files_only(kind: str) -> None:
    answer = await answer_of(make_walls(), kind)
    policy = answer.one("content-security-policy")
    assert "script-src 'self';" in policy
    assert "object-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in policy
    html = answer.body.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)|<style|\bon\w+=|javascript:", html)
    assert not re.search(r"(?:src|href)=\"(?!/)", html)


@pytest.mark.parametrize(
    "kind", [k for k, (status, *_) in KINDS.items() if status >= 400 and k not in {"oauth", "away"}]
)
async def test_every_refusal_is_a_problem_that_names_its_request(kind: str) -> None:
    answer = await answer_of(make_walls(public_url="https://auth.example"), kind)
    document = answer.json
    assert set(document) - {"errors"} == {"type", "title", "status", "detail", "request_id"}
    assert document["type"] == f"https://auth.example/problems/{answer.slug}"
    assert document["request_id"] == answer.one("x-request-id")
    page = await ask(make_walls(), "GET", f"/problems/{answer.slug}")
    assert page.status == 200
    assert f"<h1>{document['title']}</h1>" in page.body.decode()


async def test_no_two_requests_share_an_id() -> None:
    walls = make_walls()
    ids = {(await answer_of(walls, "data")).one("x-request-id") for _ in range(50)}
    assert len(ids) == 50


async def test_a_named_proxys_request_id_is_taken_over() -> None:
    walls = make_walls(trusted_proxies="10.0.0.0/8")
    for given in ("abc-123._X", "a", "b" * 64):
        lines = [("x-request-id", given)]
        answer = await ask(walls, "GET", "/profile", lines, address=PROXY)
        assert answer.one("x-request-id") == answer.json["request_id"] == given


@pytest.mark.parametrize("address", ("203.0.113.9", "127.0.0.1", None))
async def test_a_strangers_request_id_is_ignored(address: str | None) -> None:
    walls = make_walls(trusted_proxies="10.0.0.0/8")
    for lines in ([("x-request-id", "mine")], [("x-request-id", "mine"), ("x-real-ip", PROXY)]):
        answer = await ask(walls, "GET", "/profile", lines, address=address)
        assert answer.has_our_id


@pytest.mark.parametrize(
    "given",
    ("", " ", "b" * 65, "a b", "a\r\nSet-Cookie: x=1", "a\x00", "é", "<script>", '"}', "a;b"),
)  # fmt: skip
async def test_a_hostile_request_id_is_replaced_whoever_sends_it(given: str) -> None:
    walls = make_walls(trusted_proxies="10.0.0.0/8")
    lines = [("x-request-id", given)]
    answer = await ask(walls, "GET", "/health/live", lines, address=PROXY)
    assert answer.has_our_id


async def test_two_request_ids_are_none() -> None:
    walls = make_walls(trusted_proxies="10.0.0.0/8")
    lines = [("x-request-id", "first"), ("x-request-id", "second")]
    answer = await ask(walls, "GET", "/health/live", lines, address=PROXY)
    assert answer.has_our_id


async def test_every_request_leaves_one_line_with_its_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = await ask(make_walls(), "GET", "/profile", address="203.0.113.9")
    [line] = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    expected = {
        "event": "request",
        "level": "info",
        "method": "GET",
        "path": "/profile",
        "status": 401,
        "address": "203.0.113.9",
        "request_id": answer.one("x-request-id"),
    }
    assert {**line, **expected} == line


async def test_only_lines_of_the_request_name_it(capsys: pytest.CaptureFixture[str]) -> None:
    await ask(make_walls(), "GET", "/profile", [("authorization", "Bearer x")])
    structlog.get_logger("test").info("request")
    *within, outside = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in within] == ["token_refused", "request"]
    assert len({line["request_id"] for line in within}) == 1
    assert not {"request_id", "address"} & set(outside)


async def test_the_address_in_the_log_is_the_one_a_named_proxy_has_appended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    walls = make_walls(trusted_proxies="10.0.0.0/8")
    lines = [("x-forwarded-for", "198.51.100.1, 203.0.113.9"), ("x-forwarded-for", PROXY)]
    await ask(walls, "GET", "/profile", lines, address=PROXY)
    [line] = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    assert line["address"] == "203.0.113.9"


async def test_the_address_in_the_log_is_not_what_a_stranger_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    claims = ["x-forwarded-for", "x-real-ip", "forwarded", "x-client-ip", "cf-connecting-ip"]
    lines = [(name, "198.51.100.1") for name in claims]
    await ask(make_walls(), "GET", "/profile", lines, address="203.0.113.9")
    log = capsys.readouterr().err
    assert "203.0.113.9" in log
    assert "198.51.100.1" not in log
