"""Keys over restarts, as clients see it: tokens stay good, whatever else is changed around them."""

import httpx
import pytest

from attacks.forge import ALGORITHMS, decode
from attacks.raw import answer_to, in_header, r401
from authsvc.core.database import Database
from authsvc.keys.errors import KeyUnusable
from authsvc.tokens.keyring import Algorithm
from factories import (
    SECRET,
    AppFactory,
    bearer,
    get_tokens,
    make_client,
    sign_in,
    sign_up,
)
from keys.keepers import OTHER_SECRET, stored


async def status(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get("/profile", headers=bearer(token))).status_code


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_each_algorithm_works_from_end_to_end_and_over_restarts(
    start: AppFactory, database: Database, alg: Algorithm
) -> None:
    async with start(signing_alg=alg) as app, make_client(app) as client:
        profile = await sign_up(client)
        token = (await get_tokens(client))["access_token"]
        assert decode(token.split(".")[0])["alg"] == alg
    async with start(signing_alg=alg) as app, make_client(app) as client:
        answer = await client.get("/getProfile", headers=bearer(token))
        assert (answer.status_code, answer.json()) == (200, profile)
        await sign_in(client)
        assert (await client.get("/profile")).json() == profile
        forged = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
        assert await answer_to(app, in_header(forged)) == await r401(app)
    [row] = await stored(database)
    assert (row.alg, row.kid) == (alg, decode(token.split(".")[0])["kid"])


async def test_another_algorithm_refuses_the_old_tokens_and_keeps_the_old_key(
    start: AppFactory, database: Database
) -> None:
    tokens: dict[str, str] = {}
    async with start() as app, make_client(app) as client:
        await sign_up(client)
    for alg in (*ALGORITHMS, "ES256"):
        async with start(signing_alg=alg) as app, make_client(app) as client:
            tokens.setdefault(alg, (await get_tokens(client))["access_token"])
            accepted = [name for name in tokens if await status(client, tokens[name]) == 200]
            assert accepted == [alg]
            for name in tokens.keys() - {alg}:
                assert await answer_to(app, in_header(tokens[name])) == await r401(app)
    assert len(await stored(database)) == len(ALGORITHMS)


async def test_a_changed_secret_logs_nobody_out_while_the_old_one_is_named(
    start: AppFactory, database: Database
) -> None:
    async with start() as app, make_client(app) as client:
        await sign_up(client)
        pair = await get_tokens(client)
    async with (
        start(secret_key=OTHER_SECRET, secret_key_previous=SECRET) as app,
        make_client(app) as client,
    ):
        assert await status(client, pair["access_token"]) == 200
        cookie = {"Cookie": f"authsvc_refresh={pair['refresh_token']}"}
        assert (await client.post("/auth/logout", headers=cookie)).status_code == 204
        assert await status(client, pair["access_token"]) == 401
    assert len(await stored(database)) == 1


async def test_a_lost_secret_stops_the_start_and_its_return_heals_it(
    start: AppFactory, database: Database
) -> None:
    async with start() as app, make_client(app) as client:
        await sign_up(client)
        token = (await get_tokens(client))["access_token"]
    with pytest.raises(KeyUnusable, match=decode(token.split(".")[0])["kid"]):
        async with start(secret_key=OTHER_SECRET):
            pass
    async with start() as app, make_client(app) as client:
        assert await status(client, token) == 200
    assert len(await stored(database)) == 1
