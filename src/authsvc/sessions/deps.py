"""FastAPI glue for sessions."""

from typing import Annotated

from fastapi import Depends, Request

from authsvc.core.deps import ClockDep, ReadSessionDep, WriteSessionDep
from authsvc.sessions.repository import SessionRepository
from authsvc.sessions.service import Device, SessionService


async def get_sessions(
    request: Request, session: WriteSessionDep, clock: ClockDep
) -> SessionService:
    """Build the service for one request."""
    state = request.app.state
    return SessionService(
        SessionRepository(session, state.revocations),
        state.refresh_tokens,
        state.session_policy,
        clock,
    )


async def get_device(request: Request) -> Device:
    """Describe where the request comes from."""
    return Device(ip=request.state.client_address, user_agent=request.headers.get("user-agent", ""))


async def get_sessions_to_write(request: Request, session: WriteSessionDep) -> SessionRepository:
    """Build a repository within the request's transaction."""
    return SessionRepository(session, request.app.state.revocations)


async def get_sessions_to_read(session: ReadSessionDep) -> SessionRepository:
    """Build a repository that reads outside any transaction."""
    return SessionRepository(session)


SessionsDep = Annotated[SessionService, Depends(get_sessions)]
DeviceDep = Annotated[Device, Depends(get_device)]
SessionsToReadDep = Annotated[SessionRepository, Depends(get_sessions_to_read)]
SessionsToWriteDep = Annotated[SessionRepository, Depends(get_sessions_to_write)]
