"""A26, A32: a retired key opens nothing, and nothing that signs is ever in an answer or a log."""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI
from sqlmodel import select

from attacks.forge import ALGORITHMS, Forge, key_of
from attacks.raw import answer_to, in_header, r401
from authsvc.core.database import Database
from authsvc.keys.models import SigningKeyRow
from authsvc.tokens.keyring import Algorithm, KeyRing
from factories import (
    PASSWORD,
    SECRET,
    AppFactory,
    MovedClock,
    bearer,
    get_tokens,
    make_client,
    sign_in,
    sign_up,
)


async def test_a26_a_retired_key_opens_nothing(
    app: FastAPI, stolen: Forge, pair: dict[str, Any], clock: MovedClock
) -> None:
    token = pair["access_token"]
    retired = replace(key_of(stolen), retire_at=clock.now() + timedelta(minutes=1))
    app.state.tokens.use(KeyRing([retired]), stolen.signing)
    assert (await answer_to(app, in_header(token))).status == 200
    clock.move(minutes=1)
    assert await answer_to(app, in_header(token)) == await r401(app)


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_a32_no_answer_and_no_log_holds_what_signs(
    start: AppFactory, database: Database, alg: Algorithm, capsys: pytest.CaptureFixture[str]
) -> None:
    async with start(signing_alg=alg) as app, make_client(app) as client:
        answers = [answer async for answer in _walk(app, client)]
        assert {answer.status_code for answer in answers} >= {200, 201, 204, 401, 404}
        secrets = list(_spellings(app.state.tokens._signing_key.key.prepared_key))
    async with database.reading() as session:
        [row] = (await session.exec(select(SigningKeyRow))).all()
    said = capsys.readouterr()
    everything = [repr(answer.headers) + answer.text for answer in answers] + [said.out + said.err]
    for secret in (*secrets, row.sealed_key, row.sealed_key.split(".")[1][:40], SECRET):
        assert not [text for text in everything if secret in text]
    assert any(row.kid in text for text in everything), "the log names the key, not its content"


async def _walk(app: FastAPI, client: httpx.AsyncClient) -> AsyncIterator[httpx.Response]:
    """Ask everything there is, signed out, as a bearer, and with cookies."""
    await sign_up(client)
    pair = await get_tokens(client)
    yield await client.post("/auth/register", json={"email": "b@example.com", "password": PASSWORD})
    yield await client.post("/auth/login", json={"email": "b@example.com", "password": "x" * 9})
    yield await client.get("/.well-known/openid-configuration")
    for _ in range(2):
        for route in app.state.routes:
            path = re.sub(r"\{.*?\}", "invalid-token", route.path)
            for headers in ({}, bearer(pair["access_token"]), bearer("x")):
                for method in sorted(route.methods - {"DELETE"}):
                    yield await client.request(method, path, headers=headers)
        await sign_in(client)


def _spellings(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | bytes) -> Iterator[str]:
    """Yield what is secret about a key in every usual spelling."""
    yield "PRIVATE KEY"
    if isinstance(key, bytes):
        parts = [key]
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        parts = [key.private_numbers().private_value.to_bytes(32)]
    else:
        own = key.private_numbers()
        numbers = (own.d, own.p, own.q, own.dmp1, own.dmq1, own.iqmp)
        parts = [number.to_bytes((number.bit_length() + 7) // 8) for number in numbers]
    for raw in parts:
        yield str(int.from_bytes(raw))
        yield raw.hex()
        yield base64.urlsafe_b64encode(raw).decode().rstrip("=")
        yield base64.b64encode(raw).decode().rstrip("=")
