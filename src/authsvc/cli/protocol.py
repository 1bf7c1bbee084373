"""The server's HTTP, with bounds on what a connection may take: bytes, time, and its place.

The parser keeps a request's head until it ends, however long it grows or takes, and the
application's own limits are asked only then. Here nobody is waited for without an end, neither to
send nor to read; and a server that is told to stop answers what is on its way.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from authsvc.core.crowd import CROWDED

# Four times what the application takes: up to here it answers with a proper 431.
_MOST_PENDING = 64 * 1024


class BoundedHttp(HttpToolsProtocol):
    """One connection. Times are in seconds.

    Attributes:
        head_within: From a connection's beginning, or a request's first byte, to its head's end.
        body_within: From there to the end of the body. The application stops reading earlier, and
            says so (408); this ends connections on which a body goes on after the answer.
        read_within: How long a client that has stopped reading is waited for.
        last_word: How long an idle connection stays open when the server stops: a request can be
            on its way. It is answered, and told that it was the last.
    """

    head_within: ClassVar[float] = 10.0
    body_within: ClassVar[float] = 15.0
    read_within: ClassVar[float] = 20.0
    last_word: ClassVar[float] = 0.5

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the base class's own
        """Make one for each connection."""
        super().__init__(*args, **kwargs)
        # The server's own answer to one too many is plain text. The application has a better one.
        self._most_connections, self.limit_concurrency = self.limit_concurrency, None
        # Bytes since the last thing that came to an end: a head, a piece of a body, a message.
        self._pending = 0
        self._sending: asyncio.TimerHandle | None = None
        self._is_receiving = False
        self._expected: tuple[float | None] | None = None
        self._reading: asyncio.TimerHandle | None = None
        self._is_last = False
        self._answered: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin. Beyond twice the places a connection is not even listened to."""
        super().connection_made(transport)
        if self._is_beyond(2):
            transport.close()
        else:
            self._expect(self.head_within)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._expect(None)
        self._let_read(None)
        # The base class tells the request that came last, and another may be under way before it.
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True
            self._answered.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        self._pending += len(data)
        self._is_receiving = True
        if self._sending is None and self._is_idle:
            self._expect(self.head_within)
        try:
            super().data_received(data)
        finally:
            self._is_receiving = False
        if self._expected is not None:
            [within], self._expected = self._expected, None
            self._expect(within)
        if self._pending > _MOST_PENDING and not self.transport.is_closing():
            self.send_400_response("The head of the request is too long.")

    def on_headers_complete(self) -> None:
        """Take note that a head has ended."""
        self._pending = 0
        self._expect(self.body_within)
        is_busy = self._is_beyond(0.5)
        if is_busy and self._is_beyond(1):
            self.scope["state"][CROWDED] = True
        super().on_headers_complete()
        # With half of the places taken, nobody keeps theirs.
        if self._is_last or is_busy:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take note of a piece of a body, which the application bounds."""
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Take note that a message has ended."""
        self._pending = 0
        self._expect(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Wait for a client that does not read as fast as it is answered."""
        super().pause_writing()
        self._let_read(self.read_within)

    def resume_writing(self) -> None:
        """Go on: it has read."""
        self._let_read(None)
        super().resume_writing()

    def shutdown(self) -> None:
        """Stop, with the answer under way or, where there is none, after a last word."""
        self._is_last = True
        if self._is_idle:
            self._expect(self.last_word)
        else:
            super().shutdown()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    @property
    def _is_idle(self) -> bool:
        # The base class's types leave out that there is no cycle before the first request.
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]

    def _is_beyond(self, share: float) -> bool:
        return (
            self._most_connections is not None
            and len(self.connections) > self._most_connections * share
        )

    def _expect(self, within: float | None) -> None:
        """Close the connection unless what is expected comes within the time. None: nothing is."""
        if self._is_receiving:
            # Most requests are here as a whole by the end of this, and need no timer at all.
            self._expected = (within,)
            return
        if self._sending is not None:
            self._sending.cancel()
        self._sending = None if within is None else self.loop.call_later(within, self._give_up)

    def _give_up(self) -> None:
        self._sending = None
        if self.pipeline:
            # What is missing waits behind a request that is still being answered.
            self._expect(self.body_within)
        else:
            self.transport.close()

    def _let_read(self, within: float | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = (
            None if within is None else self.loop.call_later(within, self.transport.abort)
        )
