"""A service that knows who calls it and has seen no password. README.md says how to run it."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI, Response

from authsvc.verifier import Principal, Verifier
from authsvc.verifier.fastapi import Refusal, problem_json

verifier = Verifier(
    os.environ.get("ISSUER", "http://localhost:8000"),
    client=("protected-api", os.environ["CLIENT_SECRET"]),
)
app = FastAPI(lifespan=verifier.lifespan, exception_handlers={Refusal: problem_json})
Caller = Annotated[Principal, Depends(verifier.principal)]


@app.get("/orders")
async def list_orders(caller: Caller) -> dict[str, str]:
    """Answer anybody who is signed in."""
    return {"orders_of": str(caller.user_id)}


@app.get("/reports", dependencies=[Depends(verifier.requires("reports"))])
async def list_reports() -> dict[str, list[str]]:
    """Answer only tokens with the scope `reports`."""
    return {"reports": []}


@app.get("/ready")
async def is_ready(response: Response) -> dict[str, object]:
    """Say whether good tokens are accepted now, and why not."""
    response.status_code = 200 if verifier.state.is_ready else 503
    return {"ready": verifier.state.is_ready, "last_error": verifier.state.last_error}
