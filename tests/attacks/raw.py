"""Presents tokens byte for byte, and gives answers in a form in which they can be compared."""

import re
from collections.abc import Callable

from fastapi import FastAPI

from guard.wire import Answer, Lines, ask

_REQUEST_ID = re.compile(rb'"request_id":"[0-9a-f-]{36}"')

Present = Callable[[str], Lines]


def in_header(token: str) -> Lines:
    """Present a token as a bearer."""
    return [(b"authorization", b"Bearer " + token.encode())]


def in_cookie(token: str) -> Lines:
    """Present a token in the cookie."""
    return [(b"cookie", b"authsvc_access=" + token.encode())]


async def answer_to(app: FastAPI, lines: Lines, path: str = "/profile") -> Answer:
    """Ask with these header lines; leave out of the answer what tells one request from another."""
    answer = await ask(app, "GET", path, lines)
    return Answer(
        status=answer.status,
        lines=[line for line in answer.lines if line[0] != "x-request-id"],
        body=_REQUEST_ID.sub(b'"request_id":""', answer.body),
    )


async def r401(app: FastAPI) -> Answer:
    """Return how the plainest of bad tokens is answered: every other must be, to the byte."""
    return await answer_to(app, in_header("x"))
