"""FastAPI glue for users."""

from typing import Annotated

from fastapi import Depends

from authsvc.core.deps import ReadSessionDep, WriteSessionDep
from authsvc.users.repository import UserRepository


async def get_users_to_read(session: ReadSessionDep) -> UserRepository:
    """Build a repository that reads outside any transaction."""
    return UserRepository(session)


async def get_users_to_write(session: WriteSessionDep) -> UserRepository:
    """Build a repository within the request's transaction."""
    return UserRepository(session)


UsersToReadDep = Annotated[UserRepository, Depends(get_users_to_read)]
UsersToWriteDep = Annotated[UserRepository, Depends(get_users_to_write)]
