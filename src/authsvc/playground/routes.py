"""`GET /`: "Behind the scenes", the six steps of a JWT login as real requests. For development."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from authsvc.core.pages import page, read_page

router = APIRouter(include_in_schema=False)

_PAGE = Path(__file__).with_name("playground.html")


@router.get("/")
async def playground_page() -> HTMLResponse:
    """Send the page. It knows nothing but the public API."""
    return page(read_page(_PAGE))
