"""Who may read the metrics: whoever has the token that the operator has set for it."""

import hmac
from hashlib import sha256

from fastapi import Depends, Request

from authsvc.core.gate import header_values
from authsvc.guard.deps import Guard
from authsvc.guard.errors import AmbiguousCredentials, NotAuthenticated, TokenInvalid


def holders_of(token: str) -> Guard:
    """Return the guard that lets `Authorization: Bearer` with this token pass, and nothing else."""
    wanted = sha256(token.encode()).digest()

    async def require_token(request: Request) -> None:
        headers = header_values(request.scope, b"authorization")
        if not headers:
            raise NotAuthenticated
        if len(headers) > 1:
            raise AmbiguousCredentials
        scheme, _, given = headers[0].partition(b" ")
        # Digests are of one length: the time tells nothing, also of how long the token is.
        is_right = hmac.compare_digest(sha256(given).digest(), wanted)
        if scheme.lower() != b"bearer" or not is_right:
            raise TokenInvalid

    return [Depends(require_token)]
