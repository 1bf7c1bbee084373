"""More connections than a process keeps: the server marks their requests; here they are refused.

So this refusal, too, is a problem document with a request id, counted and logged like the others.
"""

from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from authsvc.core.errors import Busy

# In a request's state, set by the server (`cli/protocol.py`).
CROWDED = "is_crowded"


class Crowd:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, exempt: Collection[str]) -> None:
        """Refuse what is one too many, but on the `exempt` paths."""
        self._app = app
        self._exempt = frozenset(exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        is_crowded = scope["type"] == "http" and scope["state"].get(CROWDED)
        if is_crowded and scope["path"] not in self._exempt:
            raise Busy("Too many connections at this moment. Nothing was checked or changed.")
        await self._app(scope, receive, send)
