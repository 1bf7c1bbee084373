"""FastAPI glue for users."""

from typing import Annotated

from fastapi import Depends, Request

from authsvc.core.deps import WriteSessionDep
from authsvc.users.lookups import UserLookups
from authsvc.users.repository import UserRepository


async def get_users_to_write(session: WriteSessionDep) -> UserRepository:
    """Build a repository within the request's transaction."""
    return UserRepository(session)


async def get_user_lookups(request: Request) -> UserLookups:
    """Return the reads that all requests of the process share."""
    lookups: UserLookups = request.app.state.user_lookups
    return lookups


UsersToWriteDep = Annotated[UserRepository, Depends(get_users_to_write)]
UserLookupsDep = Annotated[UserLookups, Depends(get_user_lookups)]
