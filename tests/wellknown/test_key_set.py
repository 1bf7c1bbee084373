"""The key set: exactly what others need to verify, for everybody, and nothing else."""

import base64
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from fastapi import FastAPI

from attacks.forge import decode
from authsvc.tokens.keyring import Algorithm
from factories import AppFactory, MovedClock, get_tokens, make_client, sign_up
from guard.wire import Lines, ask
from keys.keepers import desk

PATHS = ("/.well-known/jwks.json", "/.well-known/oauth-authorization-server")
LISTED = "https://app.example"


async def key_set(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Fetch the keys."""
    answer = await client.get("/.well-known/jwks.json")
    assert answer.status_code == 200, answer.text
    keys: list[dict[str, Any]] = answer.json()["keys"]
    return keys


async def test_the_answer_is_the_one_that_was_agreed(client: httpx.AsyncClient) -> None:
    answer = await client.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    for name, value in {
        "content-type": "application/jwk-set+json",
        "cache-control": "public, max-age=300",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
    }.items():
        assert answer.headers[name] == value
    assert set(answer.json()) == {"keys"}
    assert "set-cookie" not in answer.headers


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="))


def _verify(jwk: dict[str, Any], token: str) -> None:
    """Verify as somebody who knows the key set only. Raises if the signature does not hold."""
    head, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    if jwk["kty"] == "EC":
        point = ec.EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), ec.SECP256R1())
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        point.public_key().verify(der, head.encode(), ec.ECDSA(hashes.SHA256()))
    else:
        numbers = rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"]))
        numbers.public_key().verify(raw, head.encode(), padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("alg", "members"),
    (("ES256", {"kty", "crv", "x", "y"}), ("RS256", {"kty", "n", "e"})),
)
async def test_it_verifies_what_was_issued_and_has_only_public_members(
    start: AppFactory, alg: Algorithm, members: set[str]
) -> None:
    async with start(signing_alg=alg) as app, make_client(app) as client:
        await sign_up(client)
        token = (await get_tokens(client))["access_token"]
        [jwk] = await key_set(client)
    assert set(jwk) == members | {"kid", "use", "alg"}
    assert (jwk["kid"], jwk["use"], jwk["alg"]) == (decode(token.split(".")[0])["kid"], "sig", alg)
    _verify(jwk, token)


async def test_a_shared_secret_is_never_shown(start: AppFactory) -> None:
    async with start(signing_alg="HS256") as app, make_client(app) as client:
        answer = await client.get("/.well-known/jwks.json")
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/problems/not-found")
        assert answer.headers["cache-control"] == "no-store"
        assert "jwks_uri" not in (await client.get(PATHS[1])).json()


async def test_a_new_key_is_in_it_before_it_signs_and_the_old_one_until_its_tokens_are_over(
    app: FastAPI, client: httpx.AsyncClient, clock: MovedClock, database_address: str
) -> None:
    async def kids() -> list[str]:
        await app.state.keys.follow()
        return [jwk["kid"] for jwk in await key_set(client)]

    await sign_up(client)
    [old] = await kids()
    async with desk(database_address, clock=clock) as operator:
        new = (await operator.rotate()).kid
    assert await kids() == [new, old]
    clock.move(minutes=10)
    assert await kids() == [new, old]
    token = (await get_tokens(client))["access_token"]
    assert decode(token.split(".")[0])["kid"] == new
    clock.move(minutes=20)
    assert await kids() == [new]


def _cors(lines: Lines) -> dict[str, str]:
    return {str(name): str(value) for name, value in lines if "access-control" in str(name)}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", (None, LISTED, "https://evil.example", "null"))
async def test_every_origin_may_read_it_and_none_with_credentials(
    start: AppFactory, path: str, origin: str | None
) -> None:
    lines = [("cookie", "authsvc_access=x"), *([("origin", origin)] if origin else [])]
    async with start(allowed_origins=(LISTED,)) as app:
        answer = await ask(app, "GET", path, lines)
        assert answer.status == 200
        assert _cors(answer.lines) == {"access-control-allow-origin": "*"}
        assert not answer.all("set-cookie")
        # Everywhere else it is as it was.
        answer = await ask(app, "GET", "/health/live", lines)
        assert ("access-control-allow-credentials" in _cors(answer.lines)) == (origin == LISTED)
