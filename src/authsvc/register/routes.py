"""`POST /auth/register`: sign up with an e-mail address and a password."""

from fastapi import APIRouter

from authsvc.core.deps import SourceDep
from authsvc.core.errors import Busy
from authsvc.core.openapi import problems
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import RegistrationClosed
from authsvc.limits.errors import TooManyAttempts
from authsvc.passwords.errors import WeakPassword
from authsvc.register.schemas import RegisterRequest
from authsvc.users.errors import EmailTaken
from authsvc.users.schemas import ProfileResponse

router = APIRouter(tags=["register"])


@router.post(
    "/auth/register",
    status_code=201,
    summary="Sign up",
    responses=problems(EmailTaken, WeakPassword, RegistrationClosed, TooManyAttempts, Busy),
)
async def register(
    body: RegisterRequest, credentials: CredentialsDep, source: SourceDep
) -> ProfileResponse:
    """Make an account. It does not sign in: `POST /auth/login` does."""
    user = await credentials.register(body.email, body.password, body.name, source)
    return ProfileResponse.of(user)
