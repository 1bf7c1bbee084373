"""Keeps pages of other sites from acting with a visitor's cookies, or signing them in.

Fetch Metadata first, because a browser sets it and a page cannot; the Origin header otherwise. A
request with neither was not sent by a browser. Runs before the body is read.
"""

from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from authsvc.core.gate import header_values
from authsvc.guard.errors import CrossSiteRequest
from authsvc.guard.transport import CookiePolicy

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OUR_SITES = ([b"same-origin"], [b"none"])


class SameOriginOnly:
    """ASGI middleware over every unsafe request that relies on cookies, and over signing in."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        cookies: CookiePolicy,
        origins: Collection[str],
        always: Collection[str],
    ) -> None:
        """Let pages of `origins` through; on the paths `always` even without a cookie to misuse."""
        self._app = app
        self._cookie_names = tuple(
            name.encode() + b"=" for name in (cookies.access_name, cookies.refresh_name)
        )
        self._origins = frozenset(origin.encode() for origin in origins)
        self._always = frozenset(always)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and self._is_in_question(scope) and not self._is_ours(scope):
            raise CrossSiteRequest
        await self._app(scope, receive, send)

    def _is_in_question(self, scope: Scope) -> bool:
        if scope["method"] in _SAFE_METHODS:
            return False
        if scope["path"] in self._always:
            return True
        relies_on_cookies = not header_values(scope, b"authorization")
        return relies_on_cookies and any(
            name in line for line in header_values(scope, b"cookie") for name in self._cookie_names
        )

    def _is_ours(self, scope: Scope) -> bool:
        site = header_values(scope, b"sec-fetch-site")
        if site in _OUR_SITES:
            return True
        origin = header_values(scope, b"origin")
        if not site and not origin:
            return True
        return len(origin) == 1 and origin[0] in self._origins
