"""`GET /sessions`, `DELETE /sessions/{id}`, `DELETE /sessions`: one's own devices."""

from uuid import UUID

import structlog
from fastapi import APIRouter, Response

from authsvc.core.deps import ClockDep
from authsvc.core.openapi import problems
from authsvc.guard.deps import CurrentPrincipal
from authsvc.sessions.deps import SessionsToReadDep, SessionsToWriteDep
from authsvc.sessions_api.errors import NoSuchSession
from authsvc.sessions_api.schemas import SessionList

_log = structlog.get_logger(__name__)

router = APIRouter(tags=["sessions"])


@router.get("/sessions", summary="Show my sessions")
async def list_sessions(
    principal: CurrentPrincipal, sessions: SessionsToReadDep, clock: ClockDep
) -> SessionList:
    """Return where one is signed in."""
    live = await sessions.live_of(principal.user_id, clock.now())
    return SessionList.of(live, principal.session_id)


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    response_class=Response,
    summary="End one of my sessions",
    responses=problems(NoSuchSession),
)
async def end_session(
    session_id: str, principal: CurrentPrincipal, sessions: SessionsToWriteDep, clock: ClockDep
) -> None:
    """End one session at once, also the present one. Its tokens are refused everywhere."""
    try:
        wanted = UUID(session_id)
    except ValueError:
        raise NoSuchSession from None
    if not await sessions.end_one_of(principal.user_id, wanted, clock.now()):
        raise NoSuchSession
    _log.info("session_ended", user_id=principal.user_id, session_id=wanted)


@router.delete(
    "/sessions",
    status_code=204,
    response_class=Response,
    summary="End my other sessions",
)
async def end_other_sessions(
    principal: CurrentPrincipal, sessions: SessionsToWriteDep, clock: ClockDep
) -> None:
    """End every session but the present one."""
    count = await sessions.end_all_of(principal.user_id, clock.now(), but=principal.session_id)
    _log.info("sessions_ended", user_id=principal.user_id, reason="others", count=count)
