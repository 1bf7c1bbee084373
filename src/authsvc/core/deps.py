"""FastAPI glue for the database: one request, one transaction.

Dependencies are `async def` throughout: plain ones each take a trip through a thread pool.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.core.address import Source
from authsvc.core.clock import Clock
from authsvc.core.database import Database


async def get_database(request: Request) -> Database:
    """Return the application's database."""
    database: Database = request.app.state.database
    return database


async def get_clock(request: Request) -> Clock:
    """Return the application's clock."""
    clock: Clock = request.app.state.clock
    return clock


async def get_source(request: Request) -> Source:
    """Return where the request comes from."""
    return Source(request.state.client_address)


DatabaseDep = Annotated[Database, Depends(get_database)]
ClockDep = Annotated[Clock, Depends(get_clock)]
SourceDep = Annotated[Source, Depends(get_source)]


async def get_write_session(database: DatabaseDep) -> AsyncIterator[AsyncSession]:
    """Open the request's transaction. Its first statement takes the connection, not this."""
    async with database.writing() as session:
        yield session


async def get_read_session(database: DatabaseDep) -> AsyncIterator[AsyncSession]:
    """Open a session that only reads."""
    async with database.reading() as session:
        yield session


# Function scope, so that the commit happens before the answer leaves: with FastAPI's default the
# client would read success and the commit could still fail.
WriteSessionDep = Annotated[AsyncSession, Depends(get_write_session, scope="function")]
ReadSessionDep = Annotated[AsyncSession, Depends(get_read_session, scope="function")]
