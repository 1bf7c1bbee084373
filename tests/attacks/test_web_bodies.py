"""Bodies made to be misread, to explode or to stall: a quick 4xx each, and no row changed."""

import time
from collections.abc import Sequence
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.database import Database
from factories import PASSWORD, get_tokens, sign_up
from guard.rows import all_rows
from guard.wire import Lines, ask, make_walls

ADA = b'"email":"ada@example.com"'
PAIR = ADA + b',"password":"a fern under seven moons"'
NAME = b'"name":"Eve"'
FULL = 16 * 1024

MALFORMED: dict[str, bytes] = {
    "nothing but space": b"  ",
    "cut off": b"{" + ADA,
    "two documents": b"{}{}",
    "comment": b"{/**/}",
    "single quotes": b"{'name':'Eve'}",
    "comma at the end": b"{" + NAME + b",}",
    "member twice": b"{" + PAIR + b"," + NAME + b',"email":"eve@example.com"}',
    "member twice, escaped": b"{" + NAME + b"," + PAIR + b',"\\u0065mail":"eve@example.com"}',
    "member twice, further in": b"{" + PAIR + b',"x":[{"a":1,"a":1}]}',
    "NaN": b'{"name":NaN}',
    "Infinity": b'{"name":-Infinity}',
    "1e999": b'{"name":1e999}',
    "5000 digits": b'{"name":' + b"9" * 5000 + b"}",
    "byte-order mark": b"\xef\xbb\xbf{" + NAME + b"}",
    "UTF-16": ("{" + NAME.decode() + "}").encode("utf-16"),
    "UTF-16 without a mark": ("{" + NAME.decode() + "}").encode("utf-16-le"),
    "UTF-32": ("{" + NAME.decode() + "}").encode("utf-32-be"),
    "Latin-1": '{"name":"é"}'.encode("latin-1"),
    "overlong": b'{"name":"\xc0\xaf"}',
    "raw surrogate": b'{"name":"\xed\xa0\x80"}',
    "escaped surrogate": b'{"name":"\\ud800"}',
    "escaped surrogates swapped": b'{"name":"\\ude00\\ud83d"}',
    "surrogate as a name": b'{"\\udfff":1,' + NAME + b"}",
    "raw NUL": b'{"name":"\x00"}',
    "NUL around": b"\x00{" + NAME + b"}",
    "raw line break": b'{"name":"a\nb"}',
    "33 deep": b"[" * 33 + b"]" * 33,
    "33 deep in objects": b'{"a":' * 33 + b"1" + b"}" * 33,
    "16,000 deep": b"[" * 16_000,
    "deep behind a broken string": b'"\\\n' + b"[" * 16_000,
    "a string that never ends": b'"' + b'\\"' * 8000,
    "many strings that never end": b'["' + b'\\"' * 8000,
    "quotes": b'"' * 16_001,
    "backslashes": b'"' + b"\\\\" * 8000,
}
TOO_LARGE: dict[str, bytes] = {
    "100,000 deep": b"[" * 100_000,
    "a million members": b"{" + b'"a":1,' * 1_000_000 + b'"b":1}',
    "one byte over": b'{"name":"' + b"x" * (FULL - 10) + b'"}',
}
INVALID: dict[str, bytes] = {
    "nothing": b"null",
    "list": b"[]",
    "text": b'"' + b"x" * 15_000 + b'"',
    "NUL escaped": b'{"email":"a@x.io\\u0000","password":"\\u0000aaaaaaaa","name":"\\u0000"}',
    "1,000 members": b"{" + b",".join(b'"m%d":1' % n for n in range(1000)) + b"}",
    "4,000 digits": b'{"email":1,"password":1,"name":' + b"9" * 4000 + b"}",
    "long name": b'{"email":"x","password":1,"name":"' + b"x" * 15_000 + b'"}',
    "long address": b'{"email":"' + b"a@" * 7000 + b'","password":1,"name":1}',
    "32 deep": b"[" * 32 + b"]" * 32,
}
EXPECTED = (
    (400, "malformed-body", MALFORMED),
    (413, "body-too-large", TOO_LARGE),
    (422, "validation-failed", INVALID),
)
JSON = ("content-type", "application/json")


def _sent(body: bytes) -> Lines:
    return [JSON, ("content-length", str(len(body)))]


@pytest.mark.parametrize(
    ("status", "slug", "name", "body"),
    [
        (status, slug, name, body)
        for status, slug, bodies in EXPECTED
        for name, body in bodies.items()
    ],
    ids=[name for _, _, bodies in EXPECTED for name in bodies],
)
async def test_a86_every_bomb_is_refused_in_no_time(
    status: int, slug: str, name: str, body: bytes
) -> None:
    costs = []
    for path in ("/auth/login", "/auth/register", "/auth/login"):
        begun = time.thread_time()
        answer = await ask(make_walls(), "POST", path, _sent(body), [body])
        costs.append(time.thread_time() - begun)
        assert (answer.status, answer.slug) == (status, slug), name
        assert len(answer.body) < 2000
    assert min(costs) < 0.1


async def test_a86_bodies_that_are_refused_change_no_row(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    cookie = ("cookie", f"authsvc_access={(await get_tokens(client))['access_token']}")
    before = await all_rows(database)
    requests = (("POST", "/auth/login"), ("POST", "/auth/register"), ("PATCH", "/profile"))
    for status, slug, bodies in EXPECTED:
        for name, body in bodies.items():
            for method, path in requests:
                answer = await ask(app, method, path, [cookie, *_sent(body)], [body])
                assert (answer.status, answer.slug) == (status, slug), (name, path)
                assert not answer.all("set-cookie")
    assert await all_rows(database) == before


async def test_a86_what_looks_dangerous_and_is_not_is_read(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await sign_up(client)
    cookie = ("cookie", f"authsvc_access={(await get_tokens(client))['access_token']}")
    for body, name in (
        (b' {"name" : "\\ud83d\\udc22"}\r\n', "\U0001f422"),
        (b'{"n\\u0061me":"[[[[{{{{"}', "[[[[{{{{"),
        (b'{"name":"\\"\\\\\\/"}', '"\\/'),
    ):
        answer = await ask(app, "PATCH", "/profile", [cookie, *_sent(body)], [body])
        assert (answer.status, answer.json["name"]) == (200, name)


FOREIGN: Sequence[tuple[str, bytes]] = (
    ("text/plain", b"{" + PAIR + b"}"),
    ("text/plain;charset=UTF-8", b"{" + PAIR + b',"x":"="}'),
    ("application/x-www-form-urlencoded", b"email=ada%40example.com&password=x"),
    ("application/x-www-form-urlencoded", b"{" + PAIR + b',"x":"=","y":1}'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="email"\r\n'),
    ("", b"{" + PAIR + b"}"),
)


async def test_a72_no_form_of_another_site_signs_a_visitor_in(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_up(client)
    before = await all_rows(database)
    cross_site: Lines = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")]
    for media_type, body in FOREIGN:
        lines = [("content-type", media_type), ("content-length", str(len(body)))]
        for more, status in (([], 415), (cross_site, 403), ([("origin", "null")], 403)):
            answer = await ask(app, "POST", "/auth/login", [*lines, *more], [body])
            assert answer.status == status
            assert not answer.all("set-cookie")
    good = b"{" + PAIR + b"}"
    answer = await ask(app, "POST", "/auth/login", [*_sent(good), *cross_site], [good])
    assert (answer.status, answer.slug) == (403, "cross-site-request")
    query = urlencode({"email": "ada@example.com", "password": PASSWORD})
    assert (await ask(app, "POST", f"/auth/login?{query}")).status == 422
    assert (await ask(app, "GET", f"/auth/login?{query}")).status == 405
    assert await all_rows(database) == before
