"""Secrets stay where they belong, and the log stays one line for each event."""

import json
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI

from authsvc.core.logging import configure_logging
from factories import sign_up
from guard.wire import Answer, Lines, as_form, as_json, ask, make_walls

# No part of it stands in any answer or log line for another reason.
CANARY = "kQ7-canary-Zx9"
ACCOUNT: dict[str, object] = {"email": "ada@example.com", "password": CANARY, "name": "Ada"}
WRONG: dict[str, tuple[object, ...]] = {
    "email": (None, 1, [], {}, "", "no address", "a@x.io\x00", "x" * 400, True),
    "name": (1, [], {}, "", "\x00", "x" * 101, True),
    "remember": (True,),
}
IN_THE_PASSWORD: tuple[object, ...] = (
    *([CANARY], {CANARY: 1}, {"value": CANARY}, [[CANARY]], CANARY + "x" * 300, CANARY + "\x00"),
)


def _bodies() -> list[object]:
    bodies: list[object] = []
    for field, values in WRONG.items():
        bodies += [{**ACCOUNT, field: value} for value in values]
        bodies.append({name: value for name, value in ACCOUNT.items() if name != field})
    bodies += [{**ACCOUNT, "password": value} for value in IN_THE_PASSWORD]
    bodies += [{**ACCOUNT, CANARY: 1}, {"Password": CANARY}, {"email": CANARY}, [CANARY], CANARY]
    bodies.append({"email": f"{CANARY}@x.io", "password": "short", "name": CANARY + "\n"})
    return bodies


def _is_clean(answer: Answer, log: str) -> bool:
    told = answer.body.decode() + repr(answer.lines)
    return CANARY.lower() not in (told + log).lower()


async def test_a91_a_refused_request_repeats_nothing_of_what_it_carried(
    app: FastAPI, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await sign_up(client)
    capsys.readouterr()
    statuses = set()
    for body in _bodies():
        for path in ("/auth/register", "/auth/login"):
            lines, chunks = as_json(body)
            answer = await ask(app, "POST", path, lines, chunks)
            statuses.add(answer.status)
            assert answer.status >= 400
            assert _is_clean(answer, capsys.readouterr().err), body
    assert statuses == {401, 409, 422}


@pytest.mark.parametrize(
    "raw",
    (
        b'{"password":"%s"' % CANARY.encode(),
        b'{"password":"%s","password":"x"}' % CANARY.encode(),
        b'{"%s":NaN}' % CANARY.encode(),
        b"\xff" + CANARY.encode(),
        CANARY.encode() * 2000,
    ),
)
async def test_a91_nor_does_one_that_could_not_be_read(
    raw: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: Lines = [("content-type", "application/json"), ("content-length", str(len(raw)))]
    answer = await ask(make_walls(), "POST", "/auth/login", lines, [raw])
    assert answer.status in {400, 413}
    assert _is_clean(answer, capsys.readouterr().err)


async def test_a91_nor_does_the_token_endpoint(
    app: FastAPI, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await sign_up(client)
    capsys.readouterr()
    good = {"grant_type": "password", "username": "ada@example.com", "password": CANARY}
    changes: tuple[dict[str, str], ...] = (
        *({}, {"username": ""}, {"username": CANARY}, {"grant_type": CANARY}, {"scope": CANARY}),
        *({"password": CANARY * 30}, {CANARY: "1"}, {"grant_type": ""}),
    )
    for change in changes:
        form = urlencode({**good, **change}).encode()
        for body in (form, form + b"&password=x", form + b"&x=%ff"):
            answer = await ask(app, "POST", "/auth/token", *as_form(body))
            assert answer.status == 400
            assert _is_clean(answer, capsys.readouterr().err), body


async def test_a91_credentials_and_queries_reach_neither_answer_nor_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    carried: tuple[Lines, ...] = (
        [("authorization", f"Bearer {CANARY}")],
        [("authorization", f"Basic {CANARY}")],
        [("cookie", f"authsvc_access={CANARY}; authsvc_refresh={CANARY}")],
        [("cookie", f"{CANARY}=1")],
        [("user-agent", CANARY), ("referer", CANARY), ("x-request-id", CANARY)],
    )
    for lines in carried:
        for method, path in (("GET", "/profile"), ("GET", "/docs"), ("PUT", "/profile")):
            answer = await ask(make_walls(), method, f"{path}?token={CANARY}", lines)
            assert answer.status >= 400
            assert _is_clean(answer, capsys.readouterr().err)


HOSTILE = (
    '\r\n{"event":"forged"}',
    "\n\x1b[31mforged\x1b[0m",
    "\u2028forged\u2029",
    '"} {"event":"forged',
    "\x85forged\x0b\x0c",
    "\x00\x08forged",
    "%s%n{0.__class__}forged",
    "\u202eforged",
)


@pytest.mark.parametrize("style", ("json", "console"))
async def test_a89_nobody_writes_lines_into_the_log(
    style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("json" if style == "json" else "console")
    # Not the shared ones, which write as it was when they were made.
    walls = make_walls.__wrapped__(trusted_proxies="127.0.0.1")
    for text in HOSTILE:
        raw = text.encode()
        path = "/" + "".join(f"%{byte:02x}" for byte in raw)
        lines = [("user-agent", raw), ("x-request-id", raw), ("x-forwarded-for", raw)]
        body, chunks = as_json({"email": f"{text}@x.io", "password": text, text: 1})
        for answer in (
            await ask(walls, "GET", path, lines),
            await ask(walls, text, "/profile", [*lines, ("authorization", raw)]),
            await ask(walls, "POST", "/auth/login", [*lines, *body], chunks),
        ):
            assert answer.status in {400, 404, 405, 422}
        log = capsys.readouterr().err
        assert log.count("\n") == len(log.splitlines()) == 3
        assert log.isascii()
        assert not any(ord(character) < 32 for character in log.replace("\n", ""))
        if style == "json":
            for line in log.splitlines():
                assert json.loads(line)["event"] == "request"
