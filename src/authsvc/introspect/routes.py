"""`POST /auth/introspect`: is this access token good, now? For registered clients (RFC 7662)."""

from fastapi import APIRouter, Request, Response

from authsvc.core.forms import FormDep, required
from authsvc.core.oauth import InvalidRequest, oauth_refusals
from authsvc.guard.errors import InvalidClient, SessionEnded, TokenExpired, TokenInvalid
from authsvc.guard.verifier import Verifier
from authsvc.introspect.schemas import INTROSPECTION_FORM, ActiveToken, InactiveToken

router = APIRouter(tags=["introspect"])


@router.post(
    "/auth/introspect",
    summary="Ask about a token",
    openapi_extra={"requestBody": INTROSPECTION_FORM},
    responses=oauth_refusals(InvalidRequest, InvalidClient),
)
async def introspect(
    request: Request, response: Response, form: FormDep
) -> ActiveToken | InactiveToken:
    """Say what an access token says, if it is genuine, in time, and its session stands.

    A refresh token is never active here: who asks would take it for an access token.
    """
    verifier: Verifier = request.app.state.verifier
    response.headers["Pragma"] = "no-cache"
    try:
        return ActiveToken.of(await verifier.claims(required(form, "token")))
    except (TokenInvalid, TokenExpired, SessionEnded):
        return InactiveToken()
