"""The one place that turns a refusal into an answer, by default `application/problem+json`.

Sits just inside CORS, so that a page of an allowed origin can read refusals too, and outside
everything that refuses.
"""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authsvc.core import errors
from authsvc.core.errors import Problem

_log = structlog.get_logger(__name__)

# Refusals that a client in good order never meets.
_NOTED = frozenset({400, 403, 408, 413, 431})

MEDIA_TYPE = "application/problem+json"
Renderer = Callable[[Scope, Problem], Response]


class ProblemRenderer:
    """Writes problem details (RFC 9457)."""

    def __init__(self, public_url: str) -> None:
        """Use `public_url`, without a slash at its end, as the base of each problem's `type`."""
        self._public_url = public_url

    def __call__(self, scope: Scope, problem: Problem) -> Response:
        """Render one refusal."""
        document: dict[str, Any] = {
            "type": f"{self._public_url}/problems/{problem.slug}",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "request_id": scope["state"]["request_id"],
        }
        if problem.errors:
            document["errors"] = list(problem.errors)
        return JSONResponse(document, problem.status, problem.headers, media_type=MEDIA_TYPE)


class Refusals:
    """ASGI middleware that answers every exception; nothing passes it but a lost connection."""

    def __init__(self, app: ASGIApp, *, render: Renderer) -> None:
        """Wrap `app` and write refusals with `render`."""
        self._app = app
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_started = False

        async def observed_send(message: Message) -> None:
            nonlocal is_started
            is_started = is_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, observed_send)
        except ClientDisconnect:
            return
        except Exception as fault:  # noqa: BLE001 - the last resort: nothing may escape to the server
            problem = fault if isinstance(fault, Problem) else _unexpected()
            if problem.slug and (problem.status in _NOTED or problem.status >= 500):  # noqa: PLR2004
                _log.warning("refused", problem=problem.slug, status=problem.status)
            if not is_started:
                await self._render(scope, problem)(scope, receive, send)


def _unexpected() -> Problem:
    _log.exception("unexpected_error")
    return errors.InternalError()


async def refuse_http_exception(request: Request, fault: Exception) -> Response:
    """Restate the framework's own refusals (routing, mostly) as problems."""
    assert isinstance(fault, HTTPException)  # noqa: S101 - registered for this type only
    if fault.status_code < 400:  # noqa: PLR2004
        return Response(status_code=fault.status_code, headers=fault.headers)
    match fault.status_code:
        case 404:
            raise errors.NotFound from fault
        case 405:
            raise errors.MethodNotAllowed(headers=_allow(request) or fault.headers) from fault
        case 400:
            raise errors.MalformedBody from fault
        case _:
            raise errors.InternalError from fault


async def refuse_validation_error(_request: Request, fault: Exception) -> Response:
    """Restate a validation error with pointers and reasons, and without the input."""
    assert isinstance(fault, RequestValidationError)  # noqa: S101 - registered for this type only
    pointed = [_pointed(error) for error in fault.errors()]
    # A thousand unknown members are one thing to tell.
    once = {(error["pointer"], error["message"]): error for error in pointed}
    raise errors.ValidationFailed(errors=list(once.values())) from None


def _pointed(error: Mapping[str, Any]) -> Mapping[str, str]:
    place, *path = error["loc"]
    steps = path if place == "body" else [place, *path]
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
    if error["type"] == "extra_forbidden":
        # The name of an unknown member is the client's own text: point at its parent instead.
        pointer = pointer.rpartition("/")[0]
    return {"pointer": pointer, "message": _reason(error)}


def _reason(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "A member that this request does not have"
    # "Value error, …" is pydantic's own prefix to the sentence that our validator wrote.
    return str(error["msg"]).removeprefix("Value error, ")


def _allow(request: Request) -> Mapping[str, str]:
    """List all methods of the path; the router names only those of the first route it found.

    Empty for what is mounted, which names its own.
    """
    methods: set[str] = set()
    for route in request.app.state.routes:
        if route.path_regex.match(request.scope["path"]):
            methods |= route.methods
    return {"Allow": ", ".join(sorted(methods))} if methods else {}
