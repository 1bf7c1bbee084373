"""HTML pages: read once from a room's folder, and sent with a policy that allows our files only."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}


def page(html: str, **exceptions: str) -> HTMLResponse:
    """Send a page; `exceptions` name policy directives (with `_` for `-`) that it needs changed."""
    policy = {**_POLICY, **{name.replace("_", "-"): value for name, value in exceptions.items()}}
    header = "; ".join(f"{name} {value}" for name, value in policy.items())
    return HTMLResponse(html, headers={"Content-Security-Policy": header})


@cache
def read_page(path: Path) -> str:
    """Read a page's file, once."""
    return path.read_text("utf-8")


def accepts_html(request: Request) -> bool:
    """Tell whether this is a browser going to a page rather than a program asking for data."""
    return "text/html" in request.headers.get("accept", "")
