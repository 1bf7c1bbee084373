"""The bare uvicorn: what the server costs when the application costs nothing."""

import sys

import httpx

from bench.answers import request
from bench.contenders.base import PEERS, Contender
from bench.server import Launch, get


class Hello(Contender):
    """Answers "hello"; no users, no log, and the shortest possible request."""

    name = "hello"
    ready_path = "/"
    proof = b"hello"

    async def prepare(self) -> None:
        """Need no schema."""

    def launch(self) -> Launch:
        """Start uvicorn as fast as it goes."""
        return Launch(
            command=(
                *(sys.executable, "-m", "uvicorn", "app:app", "--port", str(self.port)),
                *("--app-dir", str(PEERS / "hello"), "--loop", "uvloop", "--http", "httptools"),
                *("--no-access-log", "--log-level", "warning", "--lifespan", "off"),
            ),
            environment={},
            ready=get("/"),
            directory=self.site.directory,
        )

    async def sign_up(self, client: httpx.AsyncClient) -> None:
        """Know nobody."""
        del client

    async def fill(self) -> None:
        """Build the one request."""
        self.profiles = [request("GET", "/")]
