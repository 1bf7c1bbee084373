"""Signing keys in the database: one is made, once, and none is ever made over another."""

import asyncio
import base64

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
from factories import SECRET, MovedClock
from keys.keepers import OTHER_SECRET, first_key, keeper, signer, store, stored
from keys.materials import UNUSABLE, pem

SEALER = Sealer(ApplicationSecret(SECRET))


@pytest.mark.parametrize("alg", ("ES256", "HS256"))
async def test_processes_that_start_together_make_one_key(
    database_address: str, database: Database, alg: Algorithm
) -> None:
    kids = await asyncio.gather(*(first_key(database_address, alg) for _ in range(5)))
    [row] = await stored(database)
    assert set(kids) == {row.kid}
    assert row.alg == alg


async def test_the_first_start_makes_a_key_and_the_second_finds_it(
    database_address: str, database: Database
) -> None:
    async with keeper(database_address) as keys:
        assert await keys.load() is None
        assert await stored(database) == []
        kid = await signer(keys)
    async with keeper(database_address) as keys:
        assert await signer(keys) == kid == await first_key(database_address)
        ring, signing = keys.current.ring, keys.current.signing
    assert len(ring) == 1
    found = ring.find(kid)
    assert found
    assert signing
    assert found.key.verify(b"message", signing.key.sign(b"message"))


async def test_each_algorithm_has_keys_of_its_own_and_none_is_lost(
    database_address: str, database: Database
) -> None:
    kids = {alg: await first_key(database_address, alg) for alg in ALGORITHMS}
    assert {row.alg: row.kid for row in await stored(database)} == kids
    assert {alg: await first_key(database_address, alg) for alg in ALGORITHMS} == kids
    for alg in ALGORITHMS:
        async with keeper(database_address, alg) as keys:
            await keys.open()
            ring = keys.current.ring
        assert [kid for kid in kids.values() if ring.find(kid)] == [kids[alg]]


async def test_the_newest_key_signs_and_older_ones_still_verify(
    database_address: str, database: Database, clock: MovedClock
) -> None:
    old = await first_key(database_address)
    material = make_key("ES256")
    newest, _ = prepare("ES256", material)
    clock.move(hours=1)
    row = SigningKeyRow(
        kid=newest.kid,
        alg="ES256",
        sealed_key=SEALER.seal(newest.kid, material),
        created_at=clock.now(),
        signs_from=clock.now(),
        longest_ttl=900,
    )
    async with database.writing() as session:
        session.add(row)
    async with keeper(database_address, clock=clock) as keys:
        assert await signer(keys) == newest.kid
        ring = keys.current.ring
    assert {kid for kid in (old, newest.kid) if ring.find(kid)} == {old, newest.kid}


@pytest.mark.parametrize("alg", ALGORITHMS)
async def test_the_row_shows_nothing_of_what_signs(
    database_address: str, database: Database, alg: Algorithm
) -> None:
    await first_key(database_address, alg)
    [row] = await stored(database)
    material = SEALER.open(row.kid, row.sealed_key)
    assert prepare(alg, material)[0].kid == row.kid
    box = base64.urlsafe_b64decode(row.sealed_key.partition(".")[2])
    inner = b"".join(material.splitlines()[1:-1]) or material
    for start in range(0, len(inner) - 12, 4):
        piece = inner[start : start + 12]
        assert piece not in row.sealed_key.encode()
        assert piece not in box
        assert base64.b64decode(piece, altchars=b"-_") not in box
    assert b"PRIVATE" not in box
    assert row.sealed_key not in repr(row)


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


async def test_the_previous_secret_opens_what_it_sealed(database_address: str) -> None:
    kid = await first_key(database_address)
    async with keeper(database_address, secret=OTHER_SECRET, previous=SECRET) as keys:
        assert await signer(keys) == kid


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


async def test_before_it_is_open_there_is_nothing(database_address: str) -> None:
    async with keeper(database_address) as keys:
        with pytest.raises(RuntimeError):
            _ = keys.current
        assert await keys.load() is None
