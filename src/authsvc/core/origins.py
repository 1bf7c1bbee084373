"""CORS, for the listed origins only."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from authsvc.core.gate import header_values


class ListedOrigins(CORSMiddleware):
    """CORS for the listed origins; for all others it is as if CORS did not exist here.

    The base class also tells strangers that credentials are welcome, and answers their preflights
    in plain text.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        origins = header_values(scope, b"origin") if scope["type"] == "http" else []
        if len(origins) == 1 and self.is_allowed_origin(origins[0].decode("latin-1")):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:
        """Pass an answer on; one that is for everybody already stays so, without credentials."""
        if "access-control-allow-origin" in Headers(raw=message.get("headers", [])):
            await send(message)
        else:
            await super().send(message, send, request_headers)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Say what is allowed. A browser that wants more finds out by itself."""
        answer = super().preflight_response(request_headers)
        about_cors = ("access-control-", "vary")
        headers = {n: v for n, v in answer.headers.items() if n.startswith(about_cors)}
        return Response(headers=headers)
