"""`/profile` and `/getProfile`, the same room under two doors. Only for the signed-in."""

import structlog
from fastapi import APIRouter, Response

from authsvc.core.deps import ClockDep, SourceDep
from authsvc.core.errors import Busy
from authsvc.core.openapi import problems
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import WrongPassword
from authsvc.guard.deps import CookiePolicyDep, CurrentPrincipal
from authsvc.guard.errors import SessionEnded
from authsvc.limits.errors import TooManyAttempts
from authsvc.profile.schemas import AccountDeletion, ProfileChange
from authsvc.sessions.deps import SessionsToWriteDep
from authsvc.users.deps import UserLookupsDep, UsersToWriteDep
from authsvc.users.schemas import ProfileResponse

_log = structlog.get_logger(__name__)

router = APIRouter(tags=["profile"])


@router.get("/profile", operation_id="profile-get_profile", summary="Show my profile")
@router.get(
    "/getProfile",
    operation_id="profile-get_profile_by_its_old_name",
    summary="Show my profile, by the name that articles use",
)
async def get_profile(principal: CurrentPrincipal, users: UserLookupsDep) -> ProfileResponse:
    """Return the account of whoever presents the token."""
    user = await users.get(principal.user_id)
    if user is None or not user.is_active:
        # Since the verifier looked, or by another hand than ours.
        raise SessionEnded
    return ProfileResponse.of(user)


@router.patch("/profile", summary="Change my profile")
async def change_profile(
    body: ProfileChange, principal: CurrentPrincipal, users: UsersToWriteDep, clock: ClockDep
) -> ProfileResponse:
    """Change the name."""
    user = await users.change(principal.user_id, clock.now(), name=body.name)
    if user is None or not user.is_active:
        raise SessionEnded
    _log.info("profile_changed", user_id=user.id)
    return ProfileResponse.of(user)


@router.delete(
    "/profile",
    status_code=204,
    summary="Delete my account",
    responses=problems(WrongPassword, TooManyAttempts, Busy),
)
async def delete_profile(
    body: AccountDeletion,
    response: Response,
    principal: CurrentPrincipal,
    credentials: CredentialsDep,
    users: UsersToWriteDep,
    sessions: SessionsToWriteDep,
    cookies: CookiePolicyDep,
    clock: ClockDep,
    source: SourceDep,
) -> None:
    """Ask for the password again; then the account, its sessions and its tokens are gone."""
    user = await credentials.confirm(principal.user_id, body.password, source)
    # Locked first, so that nobody signs in while the sessions are being ended.
    if not await users.lock(user.id):
        raise SessionEnded
    await sessions.end_all_of(user.id, clock.now())
    await users.delete(user.id)
    _log.info("account_deleted", user_id=user.id)
    cookies.clear(response)
