"""The verifier as FastAPI dependencies. The one module here that needs FastAPI.

They raise an `HTTPException`, so they work in any application as it is. Its body is then
`{"detail": {type, title, status, detail}}`; with `problem_json` registered for `Refusal` it is
`application/problem+json`, as authsvc itself answers.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.requests import HTTPConnection
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from authsvc.verifier.errors import InsufficientScope, Refused
from authsvc.verifier.presented import read_token
from authsvc.verifier.principal import Principal

if TYPE_CHECKING:
    from authsvc.verifier.verifier import Verifier

PrincipalDependency = Callable[..., Awaitable[Principal]]

# RFC 6749 §3.3. They are written into a header.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class Refusal(HTTPException):
    """A refusal in FastAPI's terms. `detail` holds the members of the problem (RFC 9457)."""

    def __init__(self, refused: Refused, issuer: str) -> None:
        """Restate `refused`; its `type` leads to authsvc's own page about it."""
        problem = {
            "type": f"{issuer}/problems/{refused.slug}",
            "title": refused.title,
            "status": refused.status,
            "detail": refused.detail,
        }
        super().__init__(refused.status, problem, dict(refused.headers))


async def problem_json(_request: Request, refusal: Exception) -> JSONResponse:
    """Answer a `Refusal` as `application/problem+json`: `FastAPI(exception_handlers={…})`."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for this type only
    return JSONResponse(
        refusal.detail,
        refusal.status_code,
        refusal.headers,
        media_type="application/problem+json",
    )


def principal_of(verifier: "Verifier") -> PrincipalDependency:
    """Return the dependency that answers who sends a request."""
    documented = HTTPBearer(auto_error=False, scheme_name="authsvc", bearerFormat="JWT")

    async def principal(
        connection: HTTPConnection,
        # Checks nothing: it tells the OpenAPI document, and so the docs' Authorize button.
        _: Annotated[HTTPAuthorizationCredentials | None, Depends(documented)],
    ) -> Principal:
        try:
            token = read_token(connection.scope, verifier.issuer, verifier.cookie_origins)
            return await verifier.verify(token)
        except Refused as refused:
            raise Refusal(refused, verifier.issuer) from None

    return principal


def requires_of(verifier: "Verifier", scopes: Sequence[str]) -> PrincipalDependency:
    """Return the dependency that wants `scopes` too.

    Raises:
        ValueError: If there is none, or one that no token can have.

    """
    if not scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
        raise ValueError("scopes are words of printable ASCII, and there must be at least one")
    needed = frozenset(scopes)

    async def principal(
        caller: Annotated[Principal, Depends(verifier.principal)],
    ) -> Principal:
        if not needed <= caller.scopes:
            raise Refusal(InsufficientScope(" ".join(scopes)), verifier.issuer)
        return caller

    return principal
