"""`/static/…`: public files that hold nobody's data, and may be cached."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

router = APIRouter()

_FILES = Path(__file__).parent / "files"


class _CachedFiles(StaticFiles):
    """Whole files, kept by browsers and asked about each time: an upgrade shows at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Parts of files are not offered: a bad range would be refused in plain text.
        headers = [line for line in scope["headers"] if line[0] != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["Accept-Ranges"] = "none"
        return response


router.mount("/static", _CachedFiles(directory=_FILES, check_dir=False))
