"""FastAPI glue for the credential service."""

from typing import Annotated

from fastapi import Depends, Request

from authsvc.credentials.service import CredentialService
from authsvc.users.deps import UsersToWriteDep


async def get_credentials(request: Request, users: UsersToWriteDep) -> CredentialService:
    """Build the service for one request."""
    return CredentialService(users, request.app.state.credential_tools)


CredentialsDep = Annotated[CredentialService, Depends(get_credentials)]
