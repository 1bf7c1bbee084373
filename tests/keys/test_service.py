"""Signing keys in the database: one is made, once, and none is ever made over another."""

import asyncio
import base64
import threading

import pytest

from attacks.forge import ALGORITHMS
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.material import make_key, prepare
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.sealing import Sealer
from authsvc.tokens.keyring import Algorithm
from factories import SECRET, MovedClock
from keys.keepers import OTHER_SECRET, first_key, keeper, signer, stored

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


async def test_the_previous_secret_opens_what_it_sealed(database_address: str) -> None:
    kid = await first_key(database_address)
    async with keeper(database_address, secret=OTHER_SECRET, previous=SECRET) as keys:
        assert await signer(keys) == kid


async def test_primes_are_sought_in_a_thread_while_requests_go_on(
    database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers: list[int] = []

    def make(alg: Algorithm) -> bytes:
        makers.append(threading.get_ident())
        return make_key(alg)

    monkeypatch.setattr("authsvc.keys.chores.make_key", make)
    async with keeper(database_address) as keys:
        await keys.open()
    assert len(makers) == 1
    assert threading.get_ident() not in makers


async def test_before_it_is_open_there_is_nothing(database_address: str) -> None:
    async with keeper(database_address) as keys:
        with pytest.raises(RuntimeError):
            _ = keys.current
        assert await keys.load() is None
