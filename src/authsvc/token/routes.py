"""`POST /auth/token`: tokens for clients that keep them themselves, by the password grant."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import TypeAdapter, ValidationError

from authsvc.core.errors import Busy
from authsvc.core.oauth import InvalidRequest, oauth_refusals
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import InvalidCredentials
from authsvc.grants.deps import GrantsDep
from authsvc.grants.service import DEFAULT_SCOPE, Grant, Presented
from authsvc.passwords.policy import Password
from authsvc.sessions.deps import DeviceDep
from authsvc.token.errors import InvalidGrant, InvalidScope, UnsupportedGrantType
from authsvc.token.schemas import TOKEN_FORM, TokenResponse, read_form
from authsvc.users.email import EmailAddress

router = APIRouter(tags=["token"])

_EMAIL: TypeAdapter[str] = TypeAdapter(EmailAddress)
_PASSWORD: TypeAdapter[str] = TypeAdapter(Password)


async def get_form(request: Request) -> dict[str, str]:
    """Read the request's form."""
    return read_form(await request.body())


FormDep = Annotated[dict[str, str], Depends(get_form)]


@router.post(
    "/auth/token",
    summary="Get tokens",
    openapi_extra={"requestBody": TOKEN_FORM},
    responses=oauth_refusals(
        InvalidRequest, InvalidGrant, UnsupportedGrantType, InvalidScope, Busy
    ),
)
async def token(
    request: Request,
    response: Response,
    form: FormDep,
    credentials: CredentialsDep,
    grants: GrantsDep,
    device: DeviceDep,
) -> TokenResponse:
    """Exchange an e-mail address and a password for a pair of tokens (RFC 6749 §4.3)."""
    if "grant_type" not in form:
        raise InvalidRequest("grant_type is missing.")
    if form["grant_type"] != "password" or not request.app.state.has_password_grant:
        raise UnsupportedGrantType
    if "username" not in form or "password" not in form:
        raise InvalidRequest("username or password is missing.")
    scope = _granted(form.get("scope", DEFAULT_SCOPE))
    try:
        email = _EMAIL.validate_python(form["username"])
        password = _PASSWORD.validate_python(form["password"])
        user = await credentials.authenticate(email, password)
        grant = await grants.open(user, device, Presented(), scope)
    except (ValidationError, InvalidCredentials):
        raise InvalidGrant from None
    response.headers["Pragma"] = "no-cache"
    return _token_response(grant)


def _granted(asked: str) -> str:
    if not set(asked.split(" ")) <= {DEFAULT_SCOPE}:
        raise InvalidScope
    return DEFAULT_SCOPE


def _token_response(grant: Grant) -> TokenResponse:
    lifetime = grant.access.expires_at - grant.session.created_at
    return TokenResponse(
        access_token=grant.access.text,
        expires_in=round(lifetime.total_seconds()),
        refresh_token=grant.refresh_token,
        scope=grant.session.scope,
    )
