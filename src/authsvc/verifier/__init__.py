"""Verifies authsvc's access tokens in other services. Needs nothing of the server's packages.

verifier = Verifier("https://auth.example.com", client=("billing", secret))
app = FastAPI(lifespan=verifier.lifespan)

@app.get("/invoices")
async def invoices(caller: Annotated[Principal, Depends(verifier.principal)]): ...
"""

from authsvc.verifier.errors import (
    AmbiguousCredentials,
    CrossSiteRequest,
    InsufficientScope,
    InvalidToken,
    NotAuthenticated,
    Refused,
    SessionEnded,
    TokenExpired,
    Unavailable,
)
from authsvc.verifier.policy import VerifierPolicy
from authsvc.verifier.principal import Principal
from authsvc.verifier.state import VerifierState
from authsvc.verifier.verifier import Verifier

__all__ = [
    "AmbiguousCredentials",
    "CrossSiteRequest",
    "InsufficientScope",
    "InvalidToken",
    "NotAuthenticated",
    "Principal",
    "Refused",
    "SessionEnded",
    "TokenExpired",
    "Unavailable",
    "Verifier",
    "VerifierPolicy",
    "VerifierState",
]
