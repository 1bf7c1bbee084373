"""`POST /auth/login`: steps 1 to 4 of a JWT login, from the password to the cookies."""

from fastapi import APIRouter, Response

from authsvc.core.errors import Busy
from authsvc.core.openapi import problems
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import InvalidCredentials
from authsvc.grants.deps import GrantsDep, PresentedDep
from authsvc.guard.deps import CookiePolicyDep
from authsvc.guard.errors import AmbiguousCredentials
from authsvc.login.schemas import LoginRequest, LoginResponse
from authsvc.sessions.deps import DeviceDep

router = APIRouter(tags=["login"])


@router.post(
    "/auth/login",
    summary="Sign in with cookies",
    responses=problems(InvalidCredentials, AmbiguousCredentials, Busy),
)
async def login(
    body: LoginRequest,
    response: Response,
    credentials: CredentialsDep,
    grants: GrantsDep,
    cookies: CookiePolicyDep,
    device: DeviceDep,
    presented: PresentedDep,
) -> LoginResponse:
    """Check the password, sign a token, and put it into a cookie that scripts cannot read."""
    user = await credentials.authenticate(body.email, body.password)
    grant = await grants.open(user, device, presented)
    lifetime = grant.session.expires_at - grant.session.created_at
    cookies.attach(response, grant.access.text, grant.refresh_token, lifetime)
    return LoginResponse.of(user, grant)
