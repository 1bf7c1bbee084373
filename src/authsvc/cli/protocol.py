"""The server's HTTP, with a bound on what a connection may send before there is a whole request.

The parser keeps a request's head until it ends, however long it grows, and the application's own
limits are asked only then: one connection could take all of the process's memory.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Four times what the application takes: up to here it answers with a proper 431.
_MOST_PENDING = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """Closes a connection on which head, trailer or chunk frame goes on and on."""

    # Bytes since the last thing that came to an end: a head, a piece of a body, a message.
    _pending = 0

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        self._pending += len(data)
        super().data_received(data)
        if self._pending > _MOST_PENDING and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """Take note that a head has ended."""
        self._pending = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take note of a piece of a body, which the application bounds."""
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take note that a message has ended."""
        self._pending = 0
        super().on_message_complete()
