"""`/profile` and `/getProfile`, the same room under two doors. Only for the signed-in."""

import structlog
from fastapi import APIRouter

from authsvc.core.deps import ClockDep
from authsvc.guard.deps import CurrentPrincipal
from authsvc.guard.errors import SessionEnded
from authsvc.profile.schemas import ProfileChange
from authsvc.users.deps import UsersToReadDep, UsersToWriteDep
from authsvc.users.schemas import ProfileResponse

_log = structlog.get_logger(__name__)

router = APIRouter(tags=["profile"])


@router.get("/profile", operation_id="profile-get_profile", summary="Show my profile")
@router.get(
    "/getProfile",
    operation_id="profile-get_profile_by_its_old_name",
    summary="Show my profile, by the name that articles use",
)
async def get_profile(principal: CurrentPrincipal, users: UsersToReadDep) -> ProfileResponse:
    """Return the account of whoever presents the token."""
    user = await users.get(principal.user_id)
    if user is None:
        # Deleted since the verifier looked.
        raise SessionEnded
    return ProfileResponse.of(user)


@router.patch("/profile", summary="Change my profile")
async def change_profile(
    body: ProfileChange, principal: CurrentPrincipal, users: UsersToWriteDep, clock: ClockDep
) -> ProfileResponse:
    """Change the name."""
    user = await users.change(principal.user_id, clock.now(), name=body.name)
    if user is None:
        raise SessionEnded
    _log.info("profile_changed", user_id=user.id)
    return ProfileResponse.of(user)
