"""The outermost layer: every request gets an id, every answer its headers and a log line."""

import logging
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authsvc.core.address import ClientAddress
from authsvc.core.logging import REQUEST
from authsvc.core.proxies import ProxyWatch

# Tells for next to nothing whether a line for debugging would be written at all.
_debugging = logging.getLogger(__name__)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET_PATHS = ("/health/", "/static/", "/auth/verify")

# For answers that are data. A page brings a policy of its own.
_DATA_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
)
_TWO_YEARS = 63072000
_ID_NAME = b"x-request-id"
_DRAWN_AT_ONCE = 16 * 64

Header = tuple[bytes, bytes]


def security_headers(*, is_https: bool) -> Mapping[str, str]:
    """Return the headers that every answer carries unless it has its own of that name."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _DATA_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if is_https:
        headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"
    return headers


class Envelope:
    """ASGI middleware. Leaves `request_id` and `client_address` in the scope's state."""

    def __init__(self, app: ASGIApp, *, address: ClientAddress, headers: Mapping[str, str]) -> None:
        """Wrap `app`; `headers` are defaults for every answer."""
        self._app = app
        self._address = address
        self._ids = _make_ids()
        self._headers = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
        # Where an answer brings none of these, nothing is to be looked through.
        self._names = frozenset([_ID_NAME, *(name for name, _ in self._headers)])
        self._proxies = ProxyWatch(address)
        # Bound here, and not anew for each of so many lines.
        self._lines = structlog.get_logger(__name__).bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        address = self._address.of(scope)
        self._proxies.look(scope, address)
        scope.setdefault("state", {}).update(request_id=request_id, client_address=address)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._completed(message.get("headers", ()), request_id)
            await send(message)

        started = time.perf_counter()
        outside = REQUEST.set({"request_id": request_id, "address": address})
        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._log(scope, status, started)
            REQUEST.reset(outside)

    def _completed(self, given: Iterable[Header], request_id: str) -> list[Header]:
        """Add the headers that every answer carries to those that this one brings."""
        headers = [*given]
        own_id = (_ID_NAME, request_id.encode())
        names = {name for name, _ in headers}
        if self._names.isdisjoint(names):
            return [*headers, *self._headers, own_id]
        headers = [header for header in headers if header[0] != _ID_NAME]
        return [*headers, *(header for header in self._headers if header[0] not in names), own_id]

    def _log(self, scope: Scope, status: int, started: float) -> None:
        is_quiet = scope["path"].startswith(_QUIET_PATHS)
        if is_quiet and not _debugging.isEnabledFor(logging.DEBUG):
            return
        log = self._lines.debug if is_quiet else self._lines.info
        log(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def _request_id(self, scope: Scope) -> str:
        """Make an id, or take the one that a named proxy has given."""
        if self._address.comes_from_proxy(scope):
            given = [value for name, value in scope["headers"] if name == b"x-request-id"]
            if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]):
                return bytes(given[0]).decode()
        return next(self._ids)


def _make_ids() -> Iterator[str]:
    """Make random UUIDs (RFC 9562, version 4) as texts, without end, at a third of the usual price.

    The system is asked for the chance of many at once.
    """
    while True:
        drawn = os.urandom(_DRAWN_AT_ONCE).hex()
        for start in range(0, len(drawn), 32):
            one = drawn[start : start + 32]
            variant = "89ab"[int(one[16], 16) & 3]
            yield f"{one[:8]}-{one[8:12]}-4{one[13:16]}-{variant}{one[17:20]}-{one[20:]}"
