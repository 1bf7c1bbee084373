"""People who try passwords from wherever they like, and the applications they try them on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from factories import LIMITS, PASSWORD, AppFactory, make_client

ADA = "ada@example.com"
HOME = "198.51.100.7"


@asynccontextmanager
async def limited(start: AppFactory, storage: str, **changes: object) -> AsyncIterator[FastAPI]:
    """Run an application with the limits of the defaults, counting in `storage`."""
    async with start(**{**LIMITS, "rate_limit_storage": storage, **changes}) as app:
        yield app


async def sign_in_from(
    app: FastAPI, address: str, email: str = ADA, password: str = PASSWORD, **headers: str
) -> httpx.Response:
    """Try to sign in with cookies."""
    async with make_client(app, address) as client:
        body = {"email": email, "password": password}
        return await client.post("/auth/login", json=body, headers=headers)


async def get_token_from(
    app: FastAPI, address: str, email: str = ADA, password: str = PASSWORD
) -> httpx.Response:
    """Try to get a token."""
    async with make_client(app, address) as client:
        form = {"grant_type": "password", "username": email, "password": password}
        return await client.post("/auth/token", data=form)


async def sign_up_from(app: FastAPI, address: str, email: str = ADA) -> httpx.Response:
    """Try to sign up."""
    async with make_client(app, address) as client:
        return await client.post("/auth/register", json={"email": email, "password": PASSWORD})


def is_too_many(answer: httpx.Response) -> bool:
    """Tell whether somebody was told to wait, as everybody is who has to."""
    if answer.status_code != 429:
        return False
    assert int(answer.headers["retry-after"]) >= 1
    assert not answer.headers.get("set-cookie")
    body = answer.json()
    if "error" in body:
        assert body["error"] == "temporarily_unavailable"
    else:
        assert body["type"].endswith("/problems/too-many-attempts")
        assert answer.headers["content-type"] == "application/problem+json"
    return True
