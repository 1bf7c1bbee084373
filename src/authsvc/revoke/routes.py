"""`POST /auth/revoke`: whoever holds a token may end its session (RFC 7009)."""

from fastapi import APIRouter, Response

from authsvc.core.errors import Unavailable
from authsvc.core.forms import FormDep, described, required
from authsvc.core.oauth import InvalidRequest, oauth_refusals
from authsvc.grants.deps import GrantsDep
from authsvc.grants.service import Presented

router = APIRouter(tags=["revoke"])

_FORM = described(
    {
        "token": {"type": "string", "description": "An access or refresh token."},
        "token_type_hint": {
            "type": "string",
            "description": "`access_token` or `refresh_token`. Not needed.",
        },
    },
    needs=["token"],
    example={
        "token": "r1.3f0e0c1de2b04b19a7b15d4c8e6f0a12.0."
        "q3fVb7TzPfLd8sNb3GjUe6A7RvK2yq0mWc9Xh4s1o0E",
        "token_type_hint": "refresh_token",
    },
)


@router.post(
    "/auth/revoke",
    summary="Give a token back",
    response_class=Response,
    responses={
        200: {"description": "It is worth nothing now, whatever it was.", "content": {}},
        **oauth_refusals(InvalidRequest, Unavailable),
    },
    openapi_extra={"requestBody": _FORM},
)
async def revoke(form: FormDep, grants: GrantsDep) -> Response:
    """End the session of a token, and with it every token of that session.

    The token itself is the proof of who may do so. One that is foreign or broken changes nothing,
    and the answer does not tell.
    """
    token = required(form, "token")
    # Of either kind: a hint that is wrong must not keep a token alive (§2.1).
    await grants.end(Presented(token, token))
    return Response(headers={"Pragma": "no-cache"})
