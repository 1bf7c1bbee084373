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
# How proxies name the method of the request that they ask about.
_TOLD_METHODS = (b"x-forwarded-method", b"x-original-method")


class SameOriginOnly:
    """ASGI middleware over every unsafe request that relies on cookies, and over signing in."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        cookies: CookiePolicy,
        origins: Collection[str],
        always: Collection[str],
        on_behalf: Collection[str],
    ) -> None:
        """Let pages of `origins` through.

        Args:
            app: What stands behind.
            cookies: Names the cookies in question.
            origins: Whose pages may rely on them.
            always: Paths that are in question even without a cookie to misuse.
            on_behalf: Paths where a proxy asks about the request of somebody else, which counts. A
                proxy need not be a known one for that: all that its word can do is refuse.

        """
        self._app = app
        self._cookie_names = tuple(
            name.encode() + b"=" for name in (cookies.access_name, cookies.refresh_name)
        )
        self._origins = frozenset(origin.encode() for origin in origins)
        self._always = frozenset(always)
        self._on_behalf = frozenset(on_behalf)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and self._is_in_question(scope) and not self._is_ours(scope):
            raise CrossSiteRequest
        await self._app(scope, receive, send)

    def _is_in_question(self, scope: Scope) -> bool:
        if not self._is_unsafe(scope):
            return False
        if scope["path"] in self._always:
            return True
        relies_on_cookies = not header_values(scope, b"authorization")
        return relies_on_cookies and any(
            name in line for line in header_values(scope, b"cookie") for name in self._cookie_names
        )

    def _is_unsafe(self, scope: Scope) -> bool:
        if scope["method"] not in _SAFE_METHODS:
            return True
        return scope["path"] in self._on_behalf and any(
            name in _TOLD_METHODS and value.decode("latin-1") not in _SAFE_METHODS
            for name, value in scope["headers"]
        )

    def _is_ours(self, scope: Scope) -> bool:
        site = header_values(scope, b"sec-fetch-site")
        if site in _OUR_SITES:
            return True
        origin = header_values(scope, b"origin")
        if not site and not origin:
            return True
        return len(origin) == 1 and origin[0] in self._origins
