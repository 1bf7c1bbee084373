"""`POST /auth/token`: tokens for clients that keep them, by password or by refresh token."""

from fastapi import APIRouter, Request, Response
from pydantic import TypeAdapter, ValidationError

from authsvc.core.address import Source
from authsvc.core.deps import SourceDep
from authsvc.core.errors import Busy
from authsvc.core.forms import FormDep, required
from authsvc.core.oauth import InvalidRequest, oauth_refusals
from authsvc.credentials.deps import CredentialsDep
from authsvc.credentials.errors import InvalidCredentials
from authsvc.credentials.service import CredentialService
from authsvc.grants.deps import GrantsDep
from authsvc.grants.service import DEFAULT_SCOPE, Grant, GrantService, Presented
from authsvc.limits.errors import TooManyAttempts
from authsvc.passwords.policy import Password
from authsvc.sessions.deps import DeviceDep
from authsvc.sessions.errors import RefreshTokenReused, SessionOver, UnknownRefreshToken
from authsvc.sessions.service import Device
from authsvc.token.errors import (
    InvalidGrant,
    InvalidRefreshToken,
    InvalidScope,
    ReusedRefreshToken,
    UnsupportedGrantType,
)
from authsvc.token.schemas import TOKEN_FORM, TokenResponse
from authsvc.users.email import EmailAddress

router = APIRouter(tags=["token"])

_EMAIL: TypeAdapter[str] = TypeAdapter(EmailAddress)
_PASSWORD: TypeAdapter[str] = TypeAdapter(Password)


@router.post(
    "/auth/token",
    summary="Get tokens",
    openapi_extra={"requestBody": TOKEN_FORM},
    responses=oauth_refusals(
        InvalidRequest, InvalidGrant, UnsupportedGrantType, InvalidScope, TooManyAttempts, Busy
    ),
)
async def token(
    request: Request,
    response: Response,
    form: FormDep,
    credentials: CredentialsDep,
    grants: GrantsDep,
    device: DeviceDep,
    source: SourceDep,
) -> TokenResponse:
    """Exchange a password (RFC 6749 §4.3) or a refresh token (§6) for a pair of tokens."""
    match required(form, "grant_type"):
        case "password" if request.app.state.has_password_grant:
            grant = await _by_password(form, credentials, grants, device, source)
        case "refresh_token":
            grant = await _by_refresh_token(form, grants, device)
        case _:
            raise UnsupportedGrantType
    response.headers["Pragma"] = "no-cache"
    return TokenResponse(
        access_token=grant.access.text,
        expires_in=grant.access.lifetime,
        refresh_token=grant.refresh_token,
        scope=grant.session.scope,
    )


async def _by_password(
    form: dict[str, str],
    credentials: CredentialService,
    grants: GrantService,
    device: Device,
    source: Source,
) -> Grant:
    username, password = required(form, "username"), required(form, "password")
    scope = _granted(form, DEFAULT_SCOPE)
    try:
        user = await credentials.authenticate(
            _EMAIL.validate_python(username), _PASSWORD.validate_python(password), source
        )
        return await grants.open(user, device, Presented(), scope)
    except (ValidationError, InvalidCredentials):
        raise InvalidGrant from None


async def _by_refresh_token(form: dict[str, str], grants: GrantService, device: Device) -> Grant:
    refresh_token = required(form, "refresh_token")
    _granted(form, DEFAULT_SCOPE)
    try:
        return await grants.refresh(refresh_token, device)
    except RefreshTokenReused:
        raise ReusedRefreshToken from None
    except (UnknownRefreshToken, SessionOver):
        raise InvalidRefreshToken from None


def _granted(form: dict[str, str], most: str) -> str:
    """Return the scope to give: what is asked for, as long as it is not more than `most`."""
    if not set(form.get("scope", most).split(" ")) <= set(most.split(" ")):
        raise InvalidScope
    return most
