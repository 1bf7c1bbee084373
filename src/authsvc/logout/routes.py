"""`POST /auth/logout`: ends the session, whatever state its tokens are in."""

from fastapi import APIRouter, Response

from authsvc.core.errors import Unavailable
from authsvc.core.openapi import problems
from authsvc.grants.deps import GrantsDep, PresentedDep
from authsvc.guard.deps import CookiePolicyDep
from authsvc.guard.errors import AmbiguousCredentials

router = APIRouter(tags=["logout"])


@router.post(
    "/auth/logout",
    status_code=204,
    response_class=Response,
    summary="Sign out",
    responses=problems(AmbiguousCredentials, Unavailable),
)
async def logout(
    response: Response, grants: GrantsDep, cookies: CookiePolicyDep, presented: PresentedDep
) -> None:
    """End the session behind the presented tokens at once, and take the cookies back.

    Works with an expired access token, and any number of times.
    """
    await grants.end(presented)
    cookies.clear(response)
    # What pages of this origin have stored. Not "cookies": that would empty sibling hosts as well.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
