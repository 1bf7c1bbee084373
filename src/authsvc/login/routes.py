"""`POST /auth/login`: steps 1 to 4 of a JWT login, from the password to the cookies.

`POST /auth/refresh`: the same cookies anew, without a password.
"""

from fastapi import APIRouter, Response

from authsvc.core.deps import SourceDep
from authsvc.core.errors import Busy, Unavailable
from authsvc.core.openapi import problems
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import InvalidCredentials
from authsvc.grants.deps import GrantsDep, PresentedDep
from authsvc.grants.service import Grant
from authsvc.guard.deps import CookiePolicyDep
from authsvc.guard.errors import (
    AmbiguousCredentials,
    NotAuthenticated,
    SessionEnded,
    SessionEndedByReuse,
    TokenInvalid,
)
from authsvc.guard.transport import CookiePolicy
from authsvc.limits.errors import TooManyAttempts
from authsvc.login.schemas import LoginRequest, LoginResponse
from authsvc.sessions.deps import DeviceDep
from authsvc.sessions.errors import RefreshTokenReused, SessionOver, UnknownRefreshToken

router = APIRouter(tags=["login"])


@router.post(
    "/auth/login",
    summary="Sign in with cookies",
    responses=problems(InvalidCredentials, AmbiguousCredentials, TooManyAttempts, Busy),
)
async def login(
    body: LoginRequest,
    response: Response,
    credentials: CredentialsDep,
    grants: GrantsDep,
    cookies: CookiePolicyDep,
    device: DeviceDep,
    presented: PresentedDep,
    source: SourceDep,
) -> LoginResponse:
    """Check the password, sign a token, and put it into a cookie that scripts cannot read."""
    user = await credentials.authenticate(body.email, body.password, source)
    grant = await grants.open(user, device, presented)
    _attach(cookies, response, grant)
    return LoginResponse.of(grant)


@router.post(
    "/auth/refresh",
    summary="Renew the cookies",
    responses=problems(
        NotAuthenticated,
        TokenInvalid,
        SessionEnded,
        AmbiguousCredentials,
        TooManyAttempts,
        Unavailable,
    ),
)
async def refresh(
    response: Response,
    grants: GrantsDep,
    cookies: CookiePolicyDep,
    device: DeviceDep,
    presented: PresentedDep,
) -> LoginResponse:
    """Exchange the refresh cookie for new ones. Several tabs may do so at once.

    The session's absolute end stays where it is. A refresh token that was exchanged before, longer
    ago than the grace, was copied: then the session ends.
    """
    if presented.refresh_token is None:
        # Also where a header came along: it decides alone, and is no refresh token.
        raise TokenInvalid if presented.access_token is not None else NotAuthenticated
    try:
        grant = await grants.refresh(presented.refresh_token, device)
    except UnknownRefreshToken:
        raise TokenInvalid from None
    except RefreshTokenReused:
        raise SessionEndedByReuse from None
    except SessionOver:
        raise SessionEnded from None
    _attach(cookies, response, grant)
    return LoginResponse.of(grant)


def _attach(cookies: CookiePolicy, response: Response, grant: Grant) -> None:
    session = grant.session
    lifetime = session.expires_at - session.last_used_at
    cookies.attach(response, grant.access.text, grant.refresh_token, lifetime)
