"""authsvc as a real process, the example beside it, and somebody who talks to both."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from attacks.forge import decode
from factories import PASSWORD, bearer
from serving import PROGRAM, Served, environment, free_port, serving_cheaply

Pair = dict[str, Any]

EXAMPLE = Path(__file__).parents[2] / "examples" / "protected_api"
_SECRET = "mJ4tQ0yWc8Xh5TzPfLd9sNb2GjUe7Rv1"
# New keys sign after three seconds, which is as soon as they can.
_SETTINGS = {"clients": f"protected-api:{_SECRET}", "key_publish_ahead": "3"}


@dataclass(frozen=True)
class World:
    """authsvc, the example that trusts it, and somebody who talks to both."""

    authsvc: Served
    example_port: int
    http: httpx.Client

    @property
    def example(self) -> str:
        """Where the example is."""
        return f"http://localhost:{self.example_port}"

    def sign_in(self) -> Pair:
        """Get the tokens of a new session."""
        return self._granted(
            {"grant_type": "password", "username": "eve@example.com", "password": PASSWORD}
        )

    def renew(self, pair: Pair) -> Pair:
        """Exchange the refresh token for another pair."""
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        return self._granted(form)

    def _granted(self, form: Mapping[str, str]) -> Pair:
        answer = self.http.post(f"{self.authsvc.origin}/auth/token", data=form)
        pair: Pair = answer.raise_for_status().json()
        return pair

    def sign_out(self, token: str) -> None:
        """End its session, at authsvc."""
        address = f"{self.authsvc.origin}/auth/logout"
        self.http.post(address, headers=bearer(token)).raise_for_status()

    def ready(self) -> dict[str, Any]:
        """Return what the example says of itself."""
        said: dict[str, Any] = self.http.get(f"{self.example}/ready").json()
        return said

    def asks(self, token: str) -> tuple[int, str]:
        """Return how the example answers a token: the status, and the problem's slug."""
        answer = self.http.get(f"{self.example}/orders", headers=bearer(token))
        return answer.status_code, answer.json().get("type", "").rpartition("/")[2]

    def command(self, *arguments: str) -> str:
        """Run `authsvc …` on the database of the running server."""
        directory = self.authsvc.log.parent
        ran = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=directory,
            env=environment(data_dir=str(directory / "data"), **_SETTINGS),
            check=True,
            capture_output=True,
            text=True,
        )
        return ran.stdout

    def until(self, condition: Callable[[], bool], every: float = 0.05) -> None:
        """Ask until it is so; a machine that is busy with other tests may take its time."""
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(every)


@contextmanager
def running(directory: Path) -> Iterator[World]:
    """Run both until the block ends."""
    port = free_port()
    with (
        serving_cheaply(directory, workers=1, **_SETTINGS) as authsvc,
        httpx.Client() as http,
        subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "main:app", "--port", str(port)],
            cwd=EXAMPLE,
            env={**environment(), "ISSUER": authsvc.origin, "CLIENT_SECRET": _SECRET},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as example,
    ):
        try:
            world = World(authsvc, port, http)
            world.until(lambda: _is_up(world))
            eve = {"email": "eve@example.com", "password": PASSWORD}
            http.post(f"{authsvc.origin}/auth/register", json=eve).raise_for_status()
            yield world
        finally:
            example.terminate()


def _is_up(world: World) -> bool:
    try:
        return bool(world.ready()["ready"])
    except httpx.TransportError:
        return False


def kid_of(token: str) -> object:
    """Return which key has signed a token."""
    return decode(token.split(".", maxsplit=1)[0])["kid"]


def session_of(token: str) -> object:
    """Return which session a token is of."""
    return decode(token.split(".")[1])["sid"]
