"""Clients of authsvc that refresh, each its own session, one token after the other."""

import json
from collections.abc import Sequence

import httpx

from bench.connection import Step
from bench.contenders.base import checked
from bench.contenders.ours import Ours

# A right answer to a refresh.
REFRESHED = {200: b'"refresh_token"'}


async def sessions(ours: Ours, count: int) -> Sequence[str]:
    """Sign in so many times, as different users while there are any; return refresh tokens."""
    tokens = []
    url = f"http://127.0.0.1:{ours.port}"
    async with httpx.AsyncClient(base_url=url, headers={"Host": ours.host}, timeout=30) as client:
        for number in range(count):
            form = ours.password_grant(ours.emails[number % len(ours.emails)])
            answer = checked(await client.post("/auth/token", data=form), 200)
            tokens.append(answer.json()["refresh_token"])
    return tokens


def refreshing(ours: Ours, token: str) -> Step:
    """Exchange a refresh token, and then always the one that came last."""

    def step(body: bytes) -> bytes:
        nonlocal token
        if body:
            token = json.loads(body).get("refresh_token", token)
        return ours.refresh(token)

    return step
