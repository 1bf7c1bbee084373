"""A14, A12: large and costly tokens cost nothing, and never reach a log."""

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI

from attacks.forge import Forge, Row, make_forge
from attacks.forged_shapes import a12_encrypted_or_packed, a14_oversized, padded_to
from attacks.raw import Present, answer_to, in_cookie, in_header, r401
from authsvc.tokens.parser import MAX_LENGTH

_MIB = 2**20
_SHOWN_AT_MOST = 16


@contextmanager
def _little_memory() -> Iterator[None]:
    """Fail if more than a megabyte is needed at any moment."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < _MIB


def _leaks(token: str, log: str) -> bool:
    length = _SHOWN_AT_MOST + 1
    return any(token[start : start + length] in log for start in range(len(token) - length))


def test_a14_the_longest_token_is_accepted_and_one_more_character_is_not() -> None:
    forge = make_forge("ES256")
    longest = padded_to(forge, MAX_LENGTH)
    assert forge.read(longest).iss == forge.claims["iss"]
    assert forge.refusal(padded_to(forge, MAX_LENGTH + 1)) == "too-long"


@pytest.mark.parametrize(
    "row", (a12_encrypted_or_packed, a14_oversized), ids=lambda row: row.__name__
)
def test_a_token_costs_the_parser_neither_memory_nor_time(row: Row) -> None:
    forge = make_forge("ES256")
    for case in row(forge):
        assert min(_duration(forge, case.token) for _ in range(3)) < 0.01, case.name
        with _little_memory():
            forge.refusal(case.token)


def _duration(forge: Forge, token: str) -> float:
    started = time.perf_counter()
    forge.refusal(token)
    return time.perf_counter() - started


@pytest.mark.parametrize("length", (MAX_LENGTH + 1, 12_000))
@pytest.mark.parametrize("present", (in_header, in_cookie))
async def test_a14_a_token_too_long_gets_the_one_answer_and_is_not_logged(
    app: FastAPI,
    stolen: Forge,
    capsys: pytest.CaptureFixture[str],
    present: Present,
    length: int,
) -> None:
    token = padded_to(stolen, length)
    assert await answer_to(app, present(token)) == await r401(app)
    log = capsys.readouterr().err
    assert '"too-long"' in log
    assert not _leaks(token, log)


@pytest.mark.parametrize("size", (_MIB, 10 * _MIB))
@pytest.mark.parametrize("present", (in_header, in_cookie))
async def test_a14_megabytes_of_header_are_refused_unread(
    app: FastAPI, present: Present, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = present("eyJhbGciOiJFUzI1NiJ9." * (size // 21))
    with _little_memory():
        answer = await answer_to(app, lines)
    assert (answer.status, answer.slug) == (431, "headers-too-large")
    assert "eyJhbGciOiJFUzI1NiJ9" not in capsys.readouterr().err


@pytest.mark.parametrize("path", ("/auth/token", "/auth/logout", "/auth/login"))
async def test_a14_megabytes_of_body_are_refused(
    client: httpx.AsyncClient, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    media_type = (
        "application/x-www-form-urlencoded" if path == "/auth/token" else "application/json"
    )
    body = b"token=" + b"eyJhbGciOiJFUzI1NiJ9." * 500_000
    answer = await client.post(path, content=body, headers={"Content-Type": media_type})
    assert answer.status_code == 413
    assert "eyJhbGciOiJFUzI1NiJ9" not in answer.text + capsys.readouterr().err
