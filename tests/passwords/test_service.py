"""The password service: without a stored hash the same work is done, and nothing opens."""

from collections.abc import Iterator

import pytest

from authsvc.passwords.policy import PasswordPolicy
from authsvc.passwords.pool import HashPool
from authsvc.passwords.service import PasswordService
from credentials.instruments import CountingHasher
from factories import PASSWORD


@pytest.fixture
def pool() -> Iterator[HashPool]:
    pool = HashPool(workers=1, queue=1)
    yield pool
    pool.close()


async def test_a_stored_hash_opens_to_its_password_only(pool: HashPool) -> None:
    service = PasswordService(CountingHasher(), pool, PasswordPolicy(8))
    stored = await service.hash(PASSWORD)
    assert (await service.verify(PASSWORD, stored)).is_right
    assert not (await service.verify(PASSWORD + " ", stored)).is_right


async def test_without_one_a_decoy_is_verified_and_not_even_its_password_is_right(
    pool: HashPool,
) -> None:
    hasher = CountingHasher()
    service = PasswordService(hasher, pool, PasswordPolicy(8))
    for password in ("decoy", PASSWORD, "x"):
        for stored in (None, ""):
            verdict = await service.verify(password, stored)
            assert (verdict.is_right, verdict.better_hash) == (False, None)
    assert len(hasher.verified) == 6
    assert set(hasher.verified) == {service._decoy}


async def test_only_hashes_that_can_be_verified_are_known(pool: HashPool) -> None:
    service = PasswordService(CountingHasher(), pool, PasswordPolicy(8))
    assert service.is_known_hash(await service.hash(PASSWORD))
    assert not service.is_known_hash(PASSWORD)
