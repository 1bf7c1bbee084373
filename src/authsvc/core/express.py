"""A way past the reading of bodies and past routing, for what is asked far more than all else."""

from collections.abc import Collection, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from authsvc.core.gate import refuse_long_headers

_ABOUT_A_BODY = frozenset(
    {b"content-encoding", b"content-length", b"content-type", b"transfer-encoding"}
)


class Express:
    """ASGI middleware that hands each GET of a few paths straight to what answers it.

    For answers that no body can change: none is read. Each path is also an ordinary route, which
    says what it does and who may ask.
    """

    def __init__(
        self, app: ASGIApp, *, endpoints: Mapping[str, ASGIApp], bodies_ignored: Collection[str]
    ) -> None:
        """Have `endpoints` answer on their paths and `app` everything else.

        Args:
            app: What stands behind.
            endpoints: What answers, by path.
            bodies_ignored: Paths where it does not matter what a request says of a body. On the
                others `app` refuses what is wrong with it.

        """
        self._app = app
        self._endpoints = endpoints
        self._bodies_ignored = frozenset(bodies_ignored)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["method"] == "GET":
            path = scope["path"]
            endpoint = self._endpoints.get(path)
            if endpoint is not None and (
                path in self._bodies_ignored
                or _ABOUT_A_BODY.isdisjoint([name for name, _ in scope["headers"]])
            ):
                refuse_long_headers(scope)
                await endpoint(scope, receive, send)
                return
        await self._app(scope, receive, send)
