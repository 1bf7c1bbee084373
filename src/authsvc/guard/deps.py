"""FastAPI glue for the guard, and the guards that `app.py` sets before each room."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParam
from fastapi.security import APIKeyCookie, HTTPBasic, HTTPBearer, OAuth2PasswordBearer

from authsvc.guard.clients import Clients
from authsvc.guard.principal import Principal
from authsvc.guard.transport import CookiePolicy, read_access
from authsvc.guard.verifier import Verifier


async def get_cookie_policy(request: Request) -> CookiePolicy:
    """Return how cookies are set and read."""
    policy: CookiePolicy = request.app.state.cookie_policy
    return policy


CookiePolicyDep = Annotated[CookiePolicy, Depends(get_cookie_policy)]


async def get_principal(request: Request, cookies: CookiePolicyDep) -> Principal:
    """Verify the request's credential. Raises what `Verifier.principal` raises."""
    verifier: Verifier = request.app.state.verifier
    return await verifier.principal(read_access(request.scope, cookies))


CurrentPrincipal = Annotated[Principal, Depends(get_principal)]


async def get_client(request: Request) -> str:
    """Return the name of the client (another service) that asks. Raises `InvalidClient`."""
    clients: Clients = request.app.state.clients
    return clients.authenticate(request.scope)


# A guard, as app.py names it beside each room: the dependencies that must pass first.
Guard = list[DependsParam]
PUBLIC: Guard = []
CLIENTS: Guard = [
    Depends(get_client),
    # Checks nothing: it tells the OpenAPI document what `get_client` reads.
    Depends(HTTPBasic(scheme_name="client", auto_error=False)),
]


def signed_in(policy: CookiePolicy, *, has_password_grant: bool) -> Guard:
    """Return the guard of rooms for the signed-in.

    The security schemes check nothing. They tell the OpenAPI document, and Swagger UI's
    *Authorize*, that either transport will do; the verifier reads both itself.
    """
    bearer = (
        Depends(OAuth2PasswordBearer("/auth/token", scheme_name="password", auto_error=False))
        if has_password_grant
        else Depends(HTTPBearer(auto_error=False, scheme_name="bearer"))
    )
    cookie = APIKeyCookie(name=policy.access_name, scheme_name="cookie", auto_error=False)
    return [Depends(get_principal), bearer, Depends(cookie)]
