"""A03 to A08 and A26 on a ring of several keys, and a ring that changes under two applications."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError

from attacks.forge import ALGORITHMS, Case, Forge, key_of, make_forge
from attacks.forged_headers import (
    a03_hmac_with_what_is_public,
    a05_swapped_algorithm,
    a06_embedded_key,
    a07_fetched_key,
    a08_injected_kid,
)
from attacks.raw import answer_to, in_header, r401
from authsvc.core.database import Database
from authsvc.keys.material import make_key, prepare
from authsvc.tokens.keyring import Algorithm, KeyRing
from factories import AppFactory, MovedClock, bearer, get_tokens, make_client, sign_up
from keys.keepers import desk, store, stored

ROWS = (
    a03_hmac_with_what_is_public,
    a05_swapped_algorithm,
    a06_embedded_key,
    a07_fetched_key,
    a08_injected_kid,
)


@pytest.mark.parametrize("alg", ("ES256", "HS256"))
def test_a03_to_a08_hold_on_a_ring_of_several_keys(alg: Algorithm) -> None:
    forge = make_forge(alg)
    others = [prepare(alg, make_key(alg)) for _ in range(2)]
    ring = KeyRing([key_of(forge), *(verification for _, verification in others)])
    forge = replace(forge, ring=ring)
    cases = [case for row in ROWS for case in row(forge)]
    for signing, _ in others:
        # Every key only under its own name: the right key for the ring is the wrong one here.
        signer = signing.key.sign
        cases.append(
            Case(f"{signing.kid} under another's kid", forge.token(signer=signer), "signature")
        )
        genuine = forge.with_header({"kid": signing.kid}, signer)
        assert forge.outcome(genuine) == "accepted"
        cases.append(
            Case("under this kid by another", forge.with_header({"kid": signing.kid}), "signature")
        )
    refusals = {case.token: forge.refusal(case.token) for case in cases}
    wrong = {
        case.name: refusals[case.token] for case in cases if refusals[case.token] != case.reason
    }
    assert wrong == {}


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_two_rows_of_one_kid_cannot_be(database: Database, alg: Algorithm) -> None:
    await store(database, "kid", "x", alg)
    for other in ALGORITHMS:
        with pytest.raises(IntegrityError):
            await store(database, "kid", "y", other)
    assert [(row.kid, row.sealed_key) for row in await stored(database)] == [("kid", "x")]


async def test_a26_a_key_that_was_rotated_out_opens_nothing_whatever_its_tokens_say(
    app: FastAPI,
    client: httpx.AsyncClient,
    stolen: Forge,
    pair: dict[str, Any],
    clock: MovedClock,
    database_address: str,
) -> None:
    token = pair["access_token"]
    # Whoever has the old key makes tokens of it that are in time: for a day, as long as any can be.
    exp = int((stolen.now + timedelta(hours=23)).timestamp())
    forged = stolen.with_claims({"exp": exp, "iat": exp - 86_000})
    async with desk(database_address, clock=clock) as operator:
        await operator.rotate()
    for minutes, accepted in ((10, True), (19, True), (1, False)):
        clock.move(minutes=minutes)
        await app.state.keys.follow()
        answer = await answer_to(app, in_header(forged))
        assert (answer.status == 200) == accepted, minutes
    assert answer == await answer_to(app, in_header(token)) == await r401(app)
    key_set = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert stolen.signing.kid not in {jwk["kid"] for jwk in key_set}


async def test_a26_a_key_retired_elsewhere_opens_nothing_after_one_look(
    start: AppFactory, clock: MovedClock, database_address: str
) -> None:
    async with (
        start() as one,
        start() as two,
        make_client(one) as at_one,
        make_client(two) as at_two,
    ):
        await sign_up(at_one)
        pair = await get_tokens(at_one)
        token = pair["access_token"]
        leaked = Forge.of_app(one, token)
        for app in (one, two):
            assert (await answer_to(app, in_header(token))).status == 200
        async with desk(database_address, clock=clock) as operator:
            await operator.retire(leaked.signing.kid)
        for app, client in ((one, at_one), (two, at_two)):
            await app.state.keys.follow()
            for text in (token, leaked.token()):
                assert await answer_to(app, in_header(text)) == await r401(app)
            assert leaked.signing.kid not in (await client.get("/.well-known/jwks.json")).text
        # Nobody is logged out by it: who has a refresh token goes on.
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
        fresh = (await at_two.post("/auth/token", data=form)).json()["access_token"]
        assert (await at_one.get("/profile", headers=bearer(fresh))).status_code == 200
