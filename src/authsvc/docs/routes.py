"""`/docs`, `/redoc` and `/openapi.json`: ordinary routes behind the verifier, with local assets."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from authsvc.core.pages import page, read_page

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent
# Both viewers write style attributes. Scripts stay limited to our own files.
_VIEWER_STYLES = "'self' 'unsafe-inline'"


@router.get("/docs")
async def swagger_ui() -> HTMLResponse:
    """Send Swagger UI."""
    return page(read_page(_HERE / "swagger.html"), style_src=_VIEWER_STYLES)


@router.get("/redoc")
async def redoc() -> HTMLResponse:
    """Send ReDoc."""
    return page(read_page(_HERE / "redoc.html"), style_src=_VIEWER_STYLES)


@router.get("/openapi.json")
async def openapi(request: Request) -> dict[str, Any]:
    """Send the OpenAPI document."""
    document: dict[str, Any] = request.app.openapi()
    return document
