"""Requests put together by hand, for what a well-behaved client would tidy up or never send.

The application is called as the server calls it: paths are not normalised, header lines not merged.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode
from uuid import UUID

from fastapi import FastAPI
from starlette.types import ASGIApp, Message

from authsvc.app import create_app
from factories import cheap_hashes, make_settings

Lines = Sequence[tuple[str | bytes, str | bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    lines: Sequence[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return the values of every header line of a lower-case name."""
        return [value for key, value in self.lines if key == name]

    def one(self, name: str) -> str:
        """Return the value of a header that is there exactly once."""
        [value] = self.all(name)
        return value

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object."""
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def has_our_id(self) -> bool:
        """Whether the request id is one that we have made."""
        return UUID(self.one("x-request-id")).version == 4

    @property
    def slug(self) -> str:
        """The last segment of the problem's type; the status must be the answer's."""
        assert self.one("content-type") == "application/problem+json"
        assert self.json["status"] == self.status
        slug: str = self.json["type"].rpartition("/problems/")[2]
        return slug


async def ask(
    app: ASGIApp,
    method: str,
    target: str,
    lines: Lines = (),
    chunks: Iterable[bytes] = (),
    address: str | None = "127.0.0.1",
) -> Answer:
    """Send one request exactly as written: `target` percent-encoded, `lines` in their order."""
    path, _, query = target.partition("?")
    own = [(_raw(name).lower(), _raw(value)) for name, value in lines]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": own if any(n == b"host" for n, _ in own) else [(b"host", b"localhost"), *own],
        "client": (address, 50000) if address else None,
        "server": ("127.0.0.1", 8000),
    }
    pieces = chain(chunks, (b"",))
    sent: list[Message] = []

    async def receive() -> Message:
        piece = next(pieces, None)
        if piece is None:
            # The client stays on the line until it has its answer.
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    return Answer(
        status=start["status"],
        lines=[(n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in start["headers"]],
        body=b"".join(message.get("body", b"") for message in rest),
    )


@cache
def make_walls(**changes: object) -> FastAPI:
    """Give an application that was never opened: it has no keys, and a database that is not there.

    Whatever it refuses was refused before anything was looked up. Shared by all who ask for the
    same settings.
    """
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    return create_app(make_settings(database_url=nowhere, **changes), hash_parameters=cheap_hashes)


def as_json(body: object) -> tuple[Lines, list[bytes]]:
    """Return the header lines and the body of an ordinary JSON request."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return [("content-type", "application/json"), ("content-length", str(len(raw)))], [raw]


def as_form(fields: Mapping[str, str] | bytes) -> tuple[Lines, list[bytes]]:
    """Return the header lines and the body of a form, from its fields or its text."""
    raw = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    media_type = "application/x-www-form-urlencoded"
    return [("content-type", media_type), ("content-length", str(len(raw)))], [raw]


def _raw(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
