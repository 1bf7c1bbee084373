"""The server's metadata names what answers, and nothing that is not there."""

import json

import httpx
import pytest

from attacks.forge import decode
from factories import AppFactory, get_tokens, make_client, sign_up

PATH = "/.well-known/oauth-authorization-server"


async def test_the_issuer_is_the_one_in_every_token(start: AppFactory) -> None:
    async with start(public_url="https://auth.example") as app, make_client(app) as client:
        await sign_up(client)
        token = (await get_tokens(client))["access_token"]
        answer = await client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json() == {
        "issuer": decode(token.split(".")[1])["iss"],
        "jwks_uri": "https://auth.example/.well-known/jwks.json",
        "token_endpoint": "https://auth.example/auth/token",
        "scopes_supported": ["profile"],
        "response_types_supported": [],
        "grant_types_supported": ["refresh_token"],
        "revocation_endpoint": "https://auth.example/auth/revoke",
    }


async def test_every_address_in_it_answers(start: AppFactory) -> None:
    secret = "a secret of the shop's, long enough"
    async with start(clients=(f"shop:{secret}",)) as app, make_client(app) as client:
        await sign_up(client)
        pair = await get_tokens(client)
        metadata = (await client.get(PATH)).json()
        assert (await client.get(metadata["jwks_uri"])).status_code == 200
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        answer = await client.post(metadata["token_endpoint"], data=form)
        assert answer.status_code == 200
        assert metadata["introspection_endpoint_auth_methods_supported"] == ["client_secret_basic"]
        asked = {"token": answer.json()["access_token"]}
        basic = httpx.BasicAuth("shop", secret)
        answer = await client.post(metadata["introspection_endpoint"], data=asked, auth=basic)
        assert answer.json()["active"]
        assert (await client.post(metadata["revocation_endpoint"], data=asked)).status_code == 200


@pytest.mark.parametrize("alg", ("ES256", "HS256"))
async def test_it_offers_nothing_that_is_not_to_be_used(start: AppFactory, alg: str) -> None:
    async with start(signing_alg=alg) as app, make_client(app) as client:
        text = (await client.get(PATH)).text
        for path in ("/authorize", "/auth/authorize", "/.well-known/openid-configuration"):
            assert (await client.get(path)).status_code == 404
    for word in ("password", "none", "plain", "implicit", "authorization_endpoint", "id_token"):
        assert word not in json.dumps(text)
