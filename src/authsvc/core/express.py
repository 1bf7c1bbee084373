"""A way past the reading of bodies and past routing, for what is asked far more than all else."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from authsvc.core.gate import refuse_long_headers


class Express:
    """ASGI middleware that hands each GET of a few paths straight to what answers it.

    For answers that no body can change: none is read, whatever the request says of one. Each path
    is also an ordinary route, which says what it does and who may ask.
    """

    def __init__(self, app: ASGIApp, *, endpoints: Mapping[str, ASGIApp]) -> None:
        """Have `endpoints` answer on their paths and `app` everything else."""
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            endpoint = self._endpoints.get(scope["path"])
            if endpoint is not None:
                refuse_long_headers(scope)
                await endpoint(scope, receive, send)
                return
        await self._app(scope, receive, send)
