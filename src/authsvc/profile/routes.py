"""`/profile` and `/getProfile`, the same room under two doors. Only for the signed-in.

`OwnProfile` is what answers those who only look: `walls.py` puts it before the reading of bodies
and before routing, both of which cost more than the answer. The route describes it, and answers
whoever sends a body.
"""

from functools import lru_cache
from uuid import UUID

import structlog
from fastapi import APIRouter, Response
from starlette.types import Receive, Scope, Send

from authsvc.core.deps import ClockDep, SourceDep
from authsvc.core.errors import Busy
from authsvc.core.openapi import problems
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import WrongPassword
from authsvc.guard.deps import CookiePolicyDep, CurrentPrincipal
from authsvc.guard.errors import NotAuthenticated, SessionEnded
from authsvc.guard.transport import CookiePolicy, read_access
from authsvc.guard.verifier import Verifier
from authsvc.limits.errors import TooManyAttempts
from authsvc.profile.schemas import AccountDeletion, ProfileChange
from authsvc.sessions.deps import SessionsToWriteDep
from authsvc.users.deps import UserLookupsDep, UsersToWriteDep
from authsvc.users.lookups import UserLookups
from authsvc.users.repository import Account
from authsvc.users.schemas import ProfileResponse

_log = structlog.get_logger(__name__)

router = APIRouter(tags=["profile"])

PATHS = ("/profile", "/getProfile")
# About 2 KiB each. Writing one takes longer than finding it.
_MOST_SHOWN = 4096


class OwnProfile:
    """The ASGI application behind the two. It never looks at the body."""

    def __init__(self, verifier: Verifier, cookies: CookiePolicy, users: UserLookups) -> None:
        """Ask `verifier` about what a request carries, and `users` about whose it is."""
        self._verifier = verifier
        self._cookies = cookies
        self._users = users

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request. Raises what `Verifier.principal` raises."""
        credential = read_access(scope, self._cookies)
        if credential is None:
            raise NotAuthenticated
        claims = await self._verifier.claims(credential.text)
        body = _as_json(await _own(claims.sub, self._users))
        headers = [
            (b"content-length", b"%d" % len(body)),
            (b"content-type", b"application/json"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _own(user_id: UUID, users: UserLookups) -> Account:
    user = await users.get(user_id)
    if user is None or not user.is_active:
        # Since the verifier looked, or by another hand than ours.
        raise SessionEnded
    return user


# By what was read just now: an account that has changed is another one.
@lru_cache(_MOST_SHOWN)
def _as_json(user: Account) -> bytes:
    return ProfileResponse.of(user).model_dump_json().encode()


@router.get(PATHS[0], operation_id="profile-get_profile", summary="Show my profile")
@router.get(
    PATHS[1],
    operation_id="profile-get_profile_by_its_old_name",
    summary="Show my profile, by the name that articles use",
)
async def get_profile(principal: CurrentPrincipal, users: UserLookupsDep) -> ProfileResponse:
    """Return the account of whoever presents the token."""
    return ProfileResponse.of(await _own(principal.user_id, users))


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
    response_class=Response,
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
