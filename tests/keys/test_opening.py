"""Stored keys that must not be used: the start stops, says which, and leaves them as they are."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import update

from attacks.forge import ALGORITHMS, make_forge
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys import opening
from authsvc.keys.errors import KeyUnusable
from authsvc.keys.material import make_key, prepare
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.sealing import Sealer
from authsvc.tokens.keyring import Algorithm
from factories import SECRET
from keys.keepers import OTHER_SECRET, first_key, keeper, store, stored
from keys.materials import UNUSABLE, pem

SEALER = Sealer(ApplicationSecret(SECRET))


async def test_under_another_secret_it_says_which_key_and_makes_no_new_one(
    database_address: str, database: Database
) -> None:
    kid = await first_key(database_address)
    async with keeper(database_address, secret=OTHER_SECRET) as keys:
        for attempt in (keys.load, keys.open):
            with pytest.raises(KeyUnusable, match=kid) as refused:
                await attempt()
            assert "AUTHSVC_SECRET_KEY_PREVIOUS" in str(refused.value)
            assert SECRET not in str(refused.value)
    assert [row.kid for row in await stored(database)] == [kid]


@pytest.mark.parametrize(
    "garbage", ("", "garbage", "1.", "1.AAAA", "1." + "A" * 200, "2.AAAA", "\u00e9", "-----BEGIN")
)
async def test_a_garbled_row_stops_the_start_and_is_left_as_it_is(
    database_address: str, database: Database, garbage: str
) -> None:
    kid = await first_key(database_address)
    async with database.writing() as session:
        await session.exec(update(SigningKeyRow).values(sealed_key=garbage))
    async with keeper(database_address) as keys:
        with pytest.raises(KeyUnusable, match=kid):
            await keys.open()
    assert [(row.kid, row.sealed_key) for row in await stored(database)] == [(kid, garbage)]


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_well_sealed_material_that_must_not_sign_stops_the_start(
    database_address: str, database: Database, alg: Algorithm
) -> None:
    for number, (what, material) in enumerate(UNUSABLE[alg].items()):
        kid = f"{alg}-{number}"
        await store(database, kid, SEALER.seal(kid, material), alg)
        async with keeper(database_address, alg) as keys:
            with pytest.raises(KeyUnusable, match=kid) as refused:
                await keys.load()
        assert "PRIVATE" not in str(refused.value), what
        async with database.writing() as session:
            await session.delete(await session.get_one(SigningKeyRow, kid))


@pytest.mark.parametrize("kid", ("not-its-thumbprint", make_forge("ES256").signing.kid))
async def test_a_good_key_under_an_id_that_is_not_its_own_stops_the_start(
    database_address: str, database: Database, kid: str
) -> None:
    material = pem(ec.generate_private_key(ec.SECP256R1()))
    await store(database, kid, SEALER.seal(kid, material))
    async with keeper(database_address) as keys:
        with pytest.raises(KeyUnusable, match=f"{kid} is not the key its id names"):
            await keys.open()


async def test_a_row_moved_to_another_algorithm_stops_the_start(
    database_address: str, database: Database
) -> None:
    kid = await first_key(database_address, "ES256")
    async with database.writing() as session:
        await session.exec(update(SigningKeyRow).values(alg="HS256"))
    async with keeper(database_address, "HS256") as keys:
        with pytest.raises(KeyUnusable, match=kid):
            await keys.open()


async def test_a_key_that_does_not_verify_what_it_signs_stops_the_start(
    database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kid = await first_key(database_address)
    # No material that can be read does this; a broken library or machine might.
    one, other = make_forge("ES256"), prepare("ES256", make_key("ES256"))
    monkeypatch.setattr(opening, "prepare", lambda *_: (one.signing, other[1]))
    async with keeper(database_address) as keys:
        with pytest.raises(KeyUnusable, match=f"{kid} is not usable: its public half is another"):
            await keys.open()
