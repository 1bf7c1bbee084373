"""Shows signed-out browsers the way in, where the proxy hands this service's refusal on to them.

Only when its configuration asks for that: others, like nginx, take nothing but 401 and 403.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from authsvc.core.errors import Problem
from authsvc.core.gate import header_values

_ASKED = b"signed_out=login"
# Browsers read "//" and "/\" as the start of another host's name.
_PATH = re.compile(rb"/(?![/\\])")


class WayIn:
    """Renders refusals of `/auth/verify`."""

    def __init__(self, public_url: str, render: Callable[[Scope, Problem], Response]) -> None:
        """Lead to the sign-in page under `public_url`, or leave the refusal to `render`."""
        self._login = f"{public_url}/login"
        self._render = render

    def __call__(self, scope: Scope, problem: Problem) -> Response:
        """Render one refusal."""
        if problem.status == 401 and scope["query_string"] == _ASKED and _is_browser(scope):  # noqa: PLR2004
            # In full: some proxies complete a bare path with their own name for this service.
            return RedirectResponse(self._login + _onwards(scope), 303)
        return self._render(scope, problem)


def _is_browser(scope: Scope) -> bool:
    return any(b"text/html" in accepted for accepted in header_values(scope, b"accept"))


def _onwards(scope: Scope) -> str:
    """Name the path that was asked for. The sign-in page goes to no other host, whatever it is."""
    paths = header_values(scope, b"x-forwarded-uri")
    if len(paths) != 1 or not _PATH.match(paths[0]):
        return ""
    return f"?next={quote(paths[0], safe='/')}"
