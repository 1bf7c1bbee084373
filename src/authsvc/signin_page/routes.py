"""`GET /login`: a plain page to sign in and sign up. Its script decides where `next` may lead."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from authsvc.core.pages import page, read_page

router = APIRouter(include_in_schema=False)

_PAGE = Path(__file__).with_name("login.html")


@router.get("/login")
async def login_page() -> HTMLResponse:
    """Send the page."""
    return page(read_page(_PAGE))
