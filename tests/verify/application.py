"""An application behind a proxy: it answers with the request as it has arrived, and counts."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Application(ThreadingHTTPServer):
    """Listens on loopback. `/status/…` has it answer with that status."""

    daemon_threads = True

    def __init__(self) -> None:
        """Take a port that is free."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reached = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Application

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.server.reached += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        _, _, status = self.path.partition("/status/")
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": self.headers.items(),
            "body": len(body),
        }
        text = json.dumps(seen).encode()
        self.send_response(int(status or 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def log_message(self, *about: Any) -> None:  # noqa: ANN401 - the base class's own
        """Say nothing."""


@contextmanager
def running() -> Iterator[Application]:
    """Run one until the block ends."""
    with Application() as application:
        thread = threading.Thread(target=application.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield application
        finally:
            application.shutdown()
            thread.join()
