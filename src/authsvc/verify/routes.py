"""`GET /auth/verify`: who is signed in? Proxies ask that about every request of theirs.

`ForwardAuth` is what answers: `walls.py` puts it before the reading of bodies and before routing,
both of which cost more than the answer. The route describes it, and refuses other methods.
"""

from functools import lru_cache
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.types import Receive, Scope, Send

from authsvc.core.openapi import Responses, problems
from authsvc.guard.deps import CurrentPrincipal
from authsvc.guard.errors import CrossSiteRequest, NotAuthenticated
from authsvc.guard.transport import CookiePolicy, read_access
from authsvc.guard.verifier import Verifier
from authsvc.tokens.seen import MOST

router = APIRouter(tags=["verify"])

PATH = "/auth/verify"

_DESCRIPTION: dict[str, Any] = {
    "parameters": [
        {
            "name": "signed_out",
            "in": "query",
            "description": (
                "`login` has browsers that are not signed in sent to the sign-in page, and from "
                "there to what `X-Forwarded-Uri` names. Anything else has no meaning."
            ),
            "schema": {"type": "string"},
        }
    ]
}
_ANSWERS: Responses = {
    204: {
        "description": "Somebody is signed in.",
        "headers": {
            "X-Auth-Subject": {"description": "The user's id.", "schema": {"type": "string"}},
            "X-Auth-Session": {"description": "The session's id.", "schema": {"type": "string"}},
            "X-Auth-Scope": {
                "description": "What the token may be used for, separated by spaces.",
                "schema": {"type": "string"},
            },
        },
    },
    303: {
        "description": "With `signed_out=login`: a browser is shown the way in.",
        "headers": {"Location": {"schema": {"type": "string", "format": "uri"}}},
    },
}


class ForwardAuth:
    """The ASGI application behind the route. It never looks at the body, and makes no query."""

    def __init__(self, verifier: Verifier, cookies: CookiePolicy) -> None:
        """Ask `verifier` about what a request carries."""
        self._verifier = verifier
        self._cookies = cookies

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request. Raises what `Verifier.principal` raises."""
        credential = read_access(scope, self._cookies)
        if credential is None:
            raise NotAuthenticated
        claims = await self._verifier.claims(credential.text)
        headers = [
            (b"x-auth-subject", _written(claims.sub)),
            (b"x-auth-session", _written(claims.sid)),
            (b"x-auth-scope", claims.scope.encode()),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body"})


@router.get(
    PATH,
    status_code=204,
    response_class=Response,
    summary="Verify for a proxy",
    responses={**_ANSWERS, **problems(CrossSiteRequest)},
    openapi_extra=_DESCRIPTION,
)
async def verify(principal: CurrentPrincipal, response: Response) -> None:
    """Say whose request this is, in headers for the proxy to hand on; 401 if nobody's."""
    response.headers["X-Auth-Subject"] = str(principal.user_id)
    response.headers["X-Auth-Session"] = str(principal.session_id)
    response.headers["X-Auth-Scope"] = " ".join(sorted(principal.scopes))


@lru_cache(2 * MOST)
def _written(identifier: UUID) -> bytes:
    """Write an id out. It comes again as long as its token does, and this costs as much as that."""
    return str(identifier).encode()
