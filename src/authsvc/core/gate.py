"""What a request must be before anything looks at it: for a known host, small, well-formed."""

import asyncio
from collections.abc import Collection
from itertools import chain

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authsvc.core import strict_json
from authsvc.core.errors import (
    BodyTooLarge,
    HeadersTooLarge,
    MalformedBody,
    RequestTimeout,
    UnknownHost,
    UnsupportedMediaType,
)

MAX_BODY = 16 * 1024
MAX_HEADERS = 16 * 1024
MAX_DEPTH = 32
BODY_WITHIN = 10.0
_MANY_DIGITS = 20

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def header_values(scope: Scope, name: bytes) -> list[bytes]:
    """Return the values of every header line of one lower-case name."""
    return [value for key, value in scope["headers"] if key == name]


class KnownHosts:
    """ASGI middleware that refuses requests for hosts that are not ours."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], exempt: Collection[str]) -> None:
        """Answer for `hosts` (lower-case, without port; `*` is any) and on the `exempt` paths."""
        self._app = app
        self._hosts = frozenset(hosts)
        self._exempt = frozenset(exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and "*" not in self._hosts and scope["path"] not in self._exempt:
            hosts = header_values(scope, b"host")
            if len(hosts) != 1 or _without_port(hosts[0]) not in self._hosts:
                raise UnknownHost
        await self._app(scope, receive, send)


class BodyGate:
    """ASGI middleware that reads the whole body, within bounds, and passes on only what is strict.

    Runs before routing, so no handler can forget it.
    """

    def __init__(
        self, app: ASGIApp, *, form_paths: Collection[str], within: float = BODY_WITHIN
    ) -> None:
        """Take forms on `form_paths` and JSON everywhere else, and wait `within` seconds for it."""
        self._app = app
        self._within = within
        self._form_paths = frozenset(form_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refuse_long_headers(scope)
        wanted = FORM if scope["path"] in self._form_paths else JSON
        _check_media_type(scope, wanted)
        try:
            async with asyncio.timeout(self._within):
                body = await _read(scope, receive)
        except TimeoutError:
            # What may still come on this connection is part of a request that is over.
            raise RequestTimeout(headers={"Connection": "close"}) from None
        if body is None:
            return
        if body:
            _check_body(scope, body, wanted)
        await self._app(scope, _replay(body, receive), send)


def refuse_long_headers(scope: Scope) -> None:
    """Refuse a request whose headers together are too long.

    Raises:
        HeadersTooLarge: If they are.

    """
    if sum(map(len, chain.from_iterable(scope["headers"]))) > MAX_HEADERS:
        raise HeadersTooLarge


def _check_media_type(scope: Scope, wanted: str) -> None:
    refusal = UnsupportedMediaType(f"This path takes {wanted}, not compressed.")
    encodings = header_values(scope, b"content-encoding")
    if any(encoding.lower() != b"identity" for encoding in encodings):
        raise refusal
    types = header_values(scope, b"content-type")
    if not types:
        return
    media_type, _, parameters = types[0].decode("latin-1").lower().partition(";")
    if (
        len(types) > 1
        or media_type.strip() != wanted
        or parameters.replace(" ", "").replace('"', "") not in {"", "charset=utf-8"}
    ):
        raise refusal


def _check_body(scope: Scope, body: bytes, wanted: str) -> None:
    if not header_values(scope, b"content-type"):
        raise UnsupportedMediaType(f"The body has no media type. This path takes {wanted}.")
    if wanted == JSON:
        try:
            strict_json.loads(body, max_depth=MAX_DEPTH)
        except strict_json.StrictJSONError as fault:
            raise MalformedBody(f"The body is not acceptable JSON: {fault}.") from None


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """Read the body. None means that the client has gone."""
    announced = header_values(scope, b"content-length")
    if not all(map(_fits, announced)):
        raise BodyTooLarge
    if not announced and not header_values(scope, b"transfer-encoding"):
        return b""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _fits(length: bytes) -> bool:
    # Digits are counted first: Python refuses to read numbers of thousands of them.
    return length.isdigit() and len(length) < _MANY_DIGITS and int(length) <= MAX_BODY


def _replay(body: bytes, receive: Receive) -> Receive:
    is_sent = False

    async def replay() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _without_port(host: bytes) -> str:
    name = host.decode("latin-1").lower()
    end = name.rfind(":")
    name = name if end < name.rfind("]") or end < 0 else name[:end]
    # An IPv6 address stands in brackets here and without them in the list.
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name
