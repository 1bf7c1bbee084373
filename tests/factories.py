"""Plain functions that make what tests need: settings, a clock, people who have signed up."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from authsvc.passwords.hasher import HashParameters
from authsvc.settings import Settings

SECRET = "7RvK2yq0mWc9Xh4TzPfLd8sNb3GjUe6A"
PASSWORD = "a fern under seven moons"

# The limits as they are by default. Only tests about them keep them: all others come from one
# address, and on a clock that stands still nothing ever leaves a window.
LIMITS: dict[str, Any] = {
    name: field.default
    for name, field in Settings.model_fields.items()
    if name.startswith("limit_")
}
GENEROUS = dict.fromkeys(LIMITS.keys() - {"limit_blocks"}, "1000000/second")

# The smallest cost that Argon2 takes: tests are about what happens around the hash.
cheap_hashes = HashParameters(memory_kib=8, passes=1, lanes=1)


# What the fixture `start` gives: `async with start(**changed_settings) as app`.
AppFactory = Callable[..., AbstractAsyncContextManager[FastAPI]]


class MovedClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        """Begin on a full second of the present: cookie jars go by the machine's clock."""
        self._now = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        """Return its time."""
        return self._now

    def monotonic(self) -> float:
        """Return its time in seconds."""
        return self._now.timestamp()

    def move(self, **by: float) -> None:
        """Move it, by the arguments of a `timedelta`."""
        self._now += timedelta(**by)


def make_settings(**changes: object) -> Settings:
    """Make settings with a secret and generous limits; no .env file is read."""
    return Settings.model_validate({"secret_key": SecretStr(SECRET), **GENEROUS, **changes})


def make_client(app: FastAPI, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Give a client of an application without a network between, seen as coming from `address`."""
    transport = httpx.ASGITransport(app, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")


async def sign_up(
    client: httpx.AsyncClient,
    email: str = "ada@example.com",
    password: str = PASSWORD,
    **more: object,
) -> dict[str, Any]:
    """Sign somebody up; return their profile."""
    answer = await client.post(
        "/auth/register", json={"email": email, "password": password, **more}
    )
    assert answer.status_code == 201, answer.text
    profile: dict[str, Any] = answer.json()
    return profile


async def sign_in(
    client: httpx.AsyncClient, email: str = "ada@example.com", password: str = PASSWORD
) -> dict[str, Any]:
    """Sign in with cookies, which the client keeps; return the answer's body."""
    answer = await client.post("/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def get_tokens(
    client: httpx.AsyncClient, email: str = "ada@example.com", password: str = PASSWORD
) -> dict[str, Any]:
    """Get a bearer pair; return the token response."""
    form = {"grant_type": "password", "username": email, "password": password}
    answer = await client.post("/auth/token", data=form)
    assert answer.status_code == 200, answer.text
    pair: dict[str, Any] = answer.json()
    return pair


def bearer(token: str) -> dict[str, str]:
    """Return the header that presents a token."""
    return {"Authorization": f"Bearer {token}"}


async def renew(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    """Exchange a refresh token for a new bearer pair."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return await client.post("/auth/token", data=form)


async def is_alive(client: httpx.AsyncClient, access_token: str) -> bool:
    """Tell whether an access token is accepted; if not, it must be because of its session.

    Asked where no row is read: it is the token alone that decides.
    """
    answer = await client.get("/auth/verify", headers=bearer(access_token))
    if answer.status_code == 204:
        return True
    assert answer.json()["type"].endswith("/problems/session-ended"), answer.text
    return False
