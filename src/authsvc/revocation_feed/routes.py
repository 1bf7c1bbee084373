"""`GET /auth/revocations`: ended sessions whose access tokens may still be in time."""

from typing import Annotated

from fastapi import APIRouter, Query

from authsvc.core.deps import ClockDep, ReadSessionDep
from authsvc.core.errors import ValidationFailed
from authsvc.core.openapi import problems
from authsvc.guard.errors import InvalidClient
from authsvc.revocation_feed.schemas import RevocationPage
from authsvc.revocations.feed import MARGIN
from authsvc.revocations.repository import RevocationRepository

router = APIRouter(tags=["revocations"])

_PAGE = 10_000


@router.get(
    "/auth/revocations",
    summary="Follow ended sessions",
    responses=problems(InvalidClient, ValidationFailed),
)
async def list_revocations(
    session: ReadSessionDep,
    clock: ClockDep,
    since: Annotated[str, Query(pattern=r"^[0-9]{1,18}$")] = "0",
) -> RevocationPage:
    """Return what has ended since a cursor; without one, everything that still matters.

    Ask again with the new cursor, about once a second. After a page of 10,000 items ask at once.
    """
    # Their clocks are not ours either.
    horizon = clock.now() - MARGIN
    page = await RevocationRepository(session).since(int(since), horizon, _PAGE)
    return RevocationPage.of(page[-1].id if page else int(since), page)
