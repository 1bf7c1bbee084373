"""The same forgeries over HTTP, by header and by cookie: one answer, whatever the cause."""

from collections.abc import Iterable
from typing import Any

import pytest
from fastapi import FastAPI

from attacks.changes import changed_texts
from attacks.forge import Forge
from attacks.raw import Present, answer_to, in_cookie, in_header, r401
from attacks.rows import ROWS
from factories import MovedClock

# What reaches the verifier at all: longer headers are refused as headers, and an empty cookie is
# no credential.
_LONGEST = 12_000


@pytest.fixture(params=[in_header, in_cookie], ids=["header", "cookie"])
def present(request: pytest.FixtureRequest) -> Present:
    way: Present = request.param
    return way


async def _answered_otherwise(
    app: FastAPI, cases: Iterable[tuple[str, str]], present: Present
) -> dict[str, object]:
    """Return the cases whose answer is not the one answer, with what came instead."""
    wanted = await r401(app)
    answers = {name: await answer_to(app, present(token)) for name, token in cases}
    return {name: answer for name, answer in answers.items() if answer != wanted}


async def test_the_one_answer_says_invalid_token_and_no_more(app: FastAPI) -> None:
    answer = await r401(app)
    assert (answer.status, answer.slug) == (401, "invalid-token")
    assert answer.one("www-authenticate") == 'Bearer error="invalid_token"'
    assert answer.one("cache-control") == "no-store"
    assert set(answer.json) == {"type", "title", "status", "detail", "request_id"}


async def test_a01_to_a25_every_forgery_gets_the_one_answer(
    app: FastAPI, stolen: Forge, present: Present, capsys: pytest.CaptureFixture[str]
) -> None:
    every = 1 if present is in_header else 4
    cases = [case for row in ROWS for case in row(stolen) if 0 < len(case.token) <= _LONGEST]
    cases = cases[::every]
    capsys.readouterr()
    named = [(f"{case.reason}: {case.name}", case.token) for case in cases]
    assert await _answered_otherwise(app, named, present) == {}
    log = capsys.readouterr().err
    assert log.count("token_refused") == len(named) + 1
    for case in cases:
        assert not [part for part in case.token.split(".") if len(part) > 16 and part[:17] in log]


async def test_what_the_forgeries_differ_from_is_let_in(
    app: FastAPI, stolen: Forge, present: Present
) -> None:
    assert (await answer_to(app, present(stolen.token()))).status == 200


async def test_any_change_in_a_token_gets_the_one_answer(
    app: FastAPI, pair: dict[str, Any], present: Present
) -> None:
    token = pair["access_token"]
    every = 5 if present is in_header else 23
    changes = [(repr(text), text) for text in changed_texts(token, every)]
    assert await _answered_otherwise(app, changes, present) == {}


async def test_an_expired_token_says_so_only_while_it_is_genuine(
    app: FastAPI, pair: dict[str, Any], clock: MovedClock, present: Present
) -> None:
    token = pair["access_token"]
    clock.move(minutes=15)
    answer = await answer_to(app, present(token))
    assert (answer.status, answer.slug) == (401, "token-expired")
    changes = [(repr(text), text) for text in changed_texts(token, every=29)]
    assert await _answered_otherwise(app, changes, present) == {}
