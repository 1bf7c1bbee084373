"""FastAPI glue for grants."""

from typing import Annotated

from fastapi import Depends, Request

from authsvc.grants.service import GrantService, Presented
from authsvc.guard.deps import CookiePolicyDep
from authsvc.guard.transport import Carrier, read_access, read_refresh
from authsvc.sessions.deps import SessionsDep
from authsvc.users.deps import UsersToWriteDep


async def get_grants(
    request: Request, sessions: SessionsDep, users: UsersToWriteDep
) -> GrantService:
    """Build the service for one request."""
    state = request.app.state
    return GrantService(sessions, users, state.tokens, state.limiter)


async def get_presented(request: Request, cookies: CookiePolicyDep) -> Presented:
    """Collect the tokens that came with the request. A header decides alone, as everywhere."""
    access = read_access(request.scope, cookies)
    if access and access.carrier is Carrier.HEADER:
        return Presented(access.text, None)
    return Presented(access.text if access else None, read_refresh(request.scope, cookies))


GrantsDep = Annotated[GrantService, Depends(get_grants)]
PresentedDep = Annotated[Presented, Depends(get_presented)]
