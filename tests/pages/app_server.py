"""Somebody's single-page application: a page, the client as people copy it, an API of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CLIENT = Path(__file__).parents[2] / "clients/authsvc.js"


class _Application(BaseHTTPRequestHandler):
    """Knows three paths."""

    def do_GET(self) -> None:
        """Answer one request."""
        match self.path:
            case "/":
                self._send(200, "text/html", b"<!doctype html><title>app</title>")
            case "/authsvc.js":
                self._send(200, "text/javascript", CLIENT.read_bytes())
            case _:
                self._send(401, "application/json", b'{"type": "of-our-own/token-expired"}')

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def _send(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def app_server() -> Iterator[str]:
    """Serve it until the block ends; its origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Application) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
