"""`POST /auth/password`: changes one's password, and ends every other session."""

import structlog
from fastapi import APIRouter, Response

from authsvc.core.deps import ClockDep, SourceDep
from authsvc.core.errors import Busy
from authsvc.core.openapi import problems
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import WrongPassword
from authsvc.guard.deps import CurrentPrincipal
from authsvc.limits.errors import TooManyAttempts
from authsvc.password.schemas import PasswordChange
from authsvc.passwords.errors import WeakPassword
from authsvc.sessions.deps import SessionsToWriteDep

_log = structlog.get_logger(__name__)

router = APIRouter(tags=["password"])


@router.post(
    "/auth/password",
    status_code=204,
    response_class=Response,
    summary="Change my password",
    responses=problems(WrongPassword, WeakPassword, TooManyAttempts, Busy),
)
async def change_password(
    body: PasswordChange,
    principal: CurrentPrincipal,
    credentials: CredentialsDep,
    sessions: SessionsToWriteDep,
    clock: ClockDep,
    source: SourceDep,
) -> None:
    """Ask for the present password again, store the new one, and end every other session."""
    user = await credentials.confirm(principal.user_id, body.current_password, source)
    await credentials.set_password(user, body.new_password, source.place)
    count = await sessions.end_all_of(user.id, clock.now(), but=principal.session_id)
    _log.info("sessions_ended", user_id=user.id, reason="password", count=count)
