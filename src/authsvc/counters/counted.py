"""The layer outside all others: counts each answer, and what the log says while it is made."""

import time
from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authsvc.core.logging import listener
from authsvc.counters.instruments import Counters

# All that is not here is one label: paths and methods as they were sent would never end.
_UNKNOWN_ROUTE, _OTHER_METHOD = "unknown", "other"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STATIC = "/static"
# The client went away before there was an answer.
_GONE = "gone"


class Counted:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, counters: Counters, routes: Iterable[str]) -> None:
        """Count on `counters`. `routes` are the templates that there are."""
        self._app = app
        self._counters = counters
        self._routes = frozenset(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _GONE

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        token = listener.set(self._counters.hear)
        started = time.perf_counter()
        try:
            await self._app(scope, receive, observed_send)
        finally:
            listener.reset(token)
            method = scope["method"] if scope["method"] in _METHODS else _OTHER_METHOD
            self._counters.request(
                method, self._route(scope), status, time.perf_counter() - started
            )

    def _route(self, scope: Scope) -> str:
        # By the path first: what was refused before it came to the router has a route, too.
        if scope["path"] in self._routes:
            return str(scope["path"])
        template = getattr(scope.get("route"), "path", None)
        if template in self._routes:
            return str(template)
        return _STATIC if scope["path"].startswith(f"{_STATIC}/") else _UNKNOWN_ROUTE
