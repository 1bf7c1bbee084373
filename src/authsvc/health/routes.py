"""`/health/live` and `/health/ready`. They say no more than that."""

import asyncio
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from authsvc.core.database import Database
from authsvc.core.deps import DatabaseDep
from authsvc.core.errors import Unavailable
from authsvc.revocations.feed import RevocationFeed

router = APIRouter(tags=["health"])

# Seconds. A database that takes longer for "SELECT 1" does not count as there.
_PATIENCE = 1.0


class HealthResponse(BaseModel):
    """The state in one word."""

    status: Literal["ok", "unavailable"]


@router.get("/health/live", summary="Is the process alive?")
async def live() -> HealthResponse:
    """Answer as long as the event loop turns."""
    return HealthResponse(status="ok")


@router.get(
    "/health/ready",
    summary="Can it serve?",
    responses={503: {"model": HealthResponse, "description": "The database does not answer."}},
)
async def ready(request: Request, database: DatabaseDep, response: Response) -> HealthResponse:
    """Ask the database, for one second at most, and whether ended sessions are being heard of."""
    feed: RevocationFeed = request.app.state.revocations
    asking = asyncio.create_task(_answers(database))
    # Not `asyncio.timeout`: before a driver stops waiting for a database that hangs, it asks that
    # same database to stop working, and waits for that.
    await asyncio.wait({asking}, timeout=_PATIENCE)
    if asking.done() and asking.result() and feed.is_current:
        return HealthResponse(status="ok")
    asking.cancel()
    response.status_code = 503
    return HealthResponse(status="unavailable")


async def _answers(database: Database) -> bool:
    try:
        await database.ping()
    except Unavailable:
        return False
    return True
