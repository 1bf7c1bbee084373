"""A key of the operator's own: it signs, the ring knows it, and changing it loses no token."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.errors import KeyUnusable
from authsvc.keys.material import prepare, prepare_public
from authsvc.keys.sealing import Sealer
from authsvc.keys.service import KeyService
from factories import SECRET, MovedClock
from keys.keepers import desk, first_key, keeper, signer, stored
from keys.key_files import OCT_JWK, key_file
from keys.materials import pem


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a key file."""
    return another(tmp_path / "own.pem")


def another(path: Path) -> Path:
    """Put a new key into a file."""
    return key_file(path, pem(ec.generate_private_key(ec.SECP256R1())))


def members(keys: KeyService) -> set[str]:
    return {kid for kid, _ in keys.current.members}


async def test_it_signs_at_once_and_only_its_public_half_is_stored(
    database_address: str, database: Database, clock: MovedClock, file: Path
) -> None:
    async with keeper(database_address, clock=clock, file=file) as keys:
        looked_at = await keys.load()
        assert looked_at
        own = await signer(keys)
        assert looked_at.kid == own
        assert [jwk["kid"] for jwk in keys.current.public] == [own]
    [row] = await stored(database)
    assert (row.kid, row.erased_at) == (own, clock.now())
    material = Sealer(ApplicationSecret(SECRET)).open(own, row.sealed_key)
    assert prepare_public("ES256", material).kid == own
    with pytest.raises(ValueError, match="private"):
        prepare("ES256", material)


async def test_what_signed_before_it_runs_out_and_nothing_rotates_any_more(
    database_address: str, database: Database, clock: MovedClock, file: Path
) -> None:
    old = await first_key(database_address)
    async with keeper(database_address, clock=clock, file=file) as keys:
        own = await signer(keys)
        clock.move(minutes=19, seconds=59)
        await keys.follow()
        assert members(keys) == {own, old}
        clock.move(seconds=1)
        await keys.follow()
        assert members(keys) == {own}
        clock.move(days=400)
        await keys.follow()
        assert [row.kid for row in await stored(database)] == [own]
        async with desk(database_address, clock=clock) as operator:
            with pytest.raises(KeyUnusable, match="put another one in AUTHSVC_SIGNING_KEY_FILE"):
                await operator.rotate()


async def test_another_key_in_the_file_signs_and_the_former_one_verifies_on(
    database_address: str, clock: MovedClock, file: Path
) -> None:
    async with keeper(database_address, clock=clock, file=file) as keys:
        former = await signer(keys)
        signing = keys.current.signing
        assert signing
        signature = signing.key.sign(b"message")
    another(file)
    clock.move(seconds=1)
    async with keeper(database_address, clock=clock, file=file) as keys:
        own = await signer(keys)
        assert members(keys) == {own, former}
        found = keys.current.ring.find(former)
        assert found
        assert found.key.verify(b"message", signature)
        clock.move(minutes=20)
        await keys.follow()
        assert members(keys) == {own}


async def test_replicas_that_change_one_after_the_other_accept_each_other_throughout(
    database_address: str, clock: MovedClock, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        one, two = [
            await stack.enter_async_context(keeper(database_address, clock=clock, file=file))
            for file in (another(tmp_path / "1"), another(tmp_path / "2"))
        ]
        kids = {await signer(one)}
        clock.move(seconds=1)
        kids.add(await signer(two))
        # However long the second takes to be restarted: an hour here.
        for _ in range(60):
            clock.move(minutes=1)
            for process in (one, two):
                await process.follow()
            for process in (one, two):
                assert members(process) == kids
                for _, end in process.current.members:
                    assert end is None or end > clock.now()
        assert one.current.kid != two.current.kid


async def test_a_replica_without_the_file_signs_on_and_makes_no_key(
    database_address: str, database: Database, clock: MovedClock, file: Path
) -> None:
    async with (
        keeper(database_address, clock=clock) as without,
        keeper(database_address, clock=clock, file=file) as with_file,
    ):
        old, own = await signer(without), await signer(with_file)
        for _ in range(40):
            clock.move(minutes=1)
            for process in (without, with_file):
                await process.follow()
            assert (without.current.kid, with_file.current.kid) == (old, own)
            assert members(without) == members(with_file) == {old, own}
    assert len(await stored(database)) == 2


async def test_without_the_file_again_the_ring_signs(
    database_address: str, clock: MovedClock, file: Path
) -> None:
    old = await first_key(database_address)
    async with keeper(database_address, clock=clock, file=file) as keys:
        own = await signer(keys)
    clock.move(minutes=5)
    async with keeper(database_address, clock=clock) as keys:
        assert await signer(keys) == old
        assert members(keys) == {old, own}
    async with keeper(database_address, clock=clock, file=file) as keys:
        assert await signer(keys) == own
        clock.move(minutes=30)
        await keys.follow()
    async with keeper(database_address, clock=clock) as keys:
        new = await signer(keys)
        assert new not in {old, own}
        assert members(keys) == {new, own}


async def test_a_retired_one_is_replaced_in_running_processes_and_stops_the_next_start(
    database_address: str, clock: MovedClock, file: Path
) -> None:
    async with keeper(database_address, clock=clock, file=file) as keys:
        own = await signer(keys)
        async with desk(database_address, clock=clock) as operator:
            successor = (await operator.retire(own)).successor
        assert successor
        await keys.follow()
        assert (keys.current.kid, members(keys)) == (successor, {successor})
    async with keeper(database_address, clock=clock, file=file) as keys:
        with pytest.raises(KeyUnusable, match=f"{own}, is retired"):
            await keys.open()
    another(file)
    clock.move(seconds=1)
    async with keeper(database_address, clock=clock, file=file) as keys:
        assert await signer(keys) not in {own, successor}


async def test_a_shared_secret_of_ones_own_verifies_on_after_it_was_changed(
    database_address: str, clock: MovedClock, tmp_path: Path
) -> None:
    path = key_file(tmp_path / "key", OCT_JWK)
    async with keeper(database_address, "HS256", clock=clock, file=path) as keys:
        former = await signer(keys)
        signing = keys.current.signing
        assert signing
        signature = signing.key.sign(b"message")
        assert keys.current.public == []
    key_file(path, {**OCT_JWK, "k": OCT_JWK["k"][::-1]})
    clock.move(seconds=1)
    async with keeper(database_address, "HS256", clock=clock, file=path) as keys:
        assert await signer(keys) != former
        found = keys.current.ring.find(former)
        assert found
        assert found.key.verify(b"message", signature)
        clock.move(minutes=20)
        await keys.follow()
        assert len(keys.current.ring) == 1
