"""The outermost layer: every request gets an id, every answer its headers and a log line."""

import re
import time
from collections.abc import Mapping
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authsvc.core.address import ClientAddress

_log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET_PATHS = ("/health/", "/static/")

# For answers that are data. A page brings a policy of its own.
_DATA_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
)
_TWO_YEARS = 63072000


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
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        address = self._address.of(scope)
        scope.setdefault("state", {}).update(request_id=request_id, client_address=address)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = request_id
            await send(message)

        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id, address=address):
            try:
                await self._app(scope, receive, send_with_headers)
            finally:
                log = _log.debug if scope["path"].startswith(_QUIET_PATHS) else _log.info
                log(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    duration_ms=round((time.perf_counter() - started) * 1000, 1),
                )

    def _request_id(self, scope: Scope) -> str:
        """Make an id, or take the one that a named proxy has given."""
        if self._address.is_trusted(self._address.peer(scope)):
            given = [value for name, value in scope["headers"] if name == b"x-request-id"]
            if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]):
                return bytes(given[0]).decode()
        return str(uuid4())
