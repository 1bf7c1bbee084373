"""The second family of errors: what RFC 6749 §5.2 prescribes for the OAuth endpoints."""

from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from authsvc.core.errors import MalformedBody, Problem, ValidationFailed
from authsvc.core.openapi import Operation, Responses, describe_headers, responses


class OAuthRefusal(Problem):
    """A refusal with a code of RFC 6749. It has no slug: clients branch on `error`."""

    status = 400


class InvalidRequest(OAuthRefusal):
    """A parameter is missing, doubled or malformed."""

    oauth_code, title = "invalid_request", "The request is not valid"
    detail = "A parameter is missing, given twice or malformed."


OAUTH_ERROR_SCHEMA: dict[str, Any] = {
    "title": "OAuthError",
    "description": "A refusal of an OAuth endpoint (RFC 6749 §5.2).",
    "type": "object",
    "required": ["error", "error_description"],
    "additionalProperties": False,
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}


def render_oauth(_scope: Scope, problem: Problem) -> Response:
    """Write any refusal in the shape of RFC 6749 §5.2."""
    headers = {**problem.headers, "Pragma": "no-cache"}
    document = {"error": _code(type(problem)), "error_description": problem.detail}
    return JSONResponse(document, problem.status, headers)


# These endpoints read forms, by rules of their own: what is wrong with one is `invalid_request`.
_NEVER_SENT = (MalformedBody, ValidationFailed)


def oauth_refusals(*kinds: type[Problem]) -> Responses:
    """Describe refusals, in their OAuth shape, for a route's `responses=`."""
    return responses(describe_oauth, kinds)


def describe_oauth(operation: Operation, kind: type[Problem]) -> None:
    """Add one kind of refusal, in its OAuth shape, to an operation of the OpenAPI document."""
    if kind in _NEVER_SENT:
        return
    answer = operation["responses"].setdefault(str(kind.status), {})
    media = answer.setdefault("content", {}).setdefault("application/json", {})
    media["schema"] = {"$ref": "#/components/schemas/OAuthError"}
    example = {"error": _code(kind), "error_description": kind.detail}
    media.setdefault("examples", {})[kind.slug or _code(kind)] = {
        "summary": kind.title,
        "value": example,
    }
    answer["description"] = " · ".join(media["examples"])
    describe_headers(answer, kind)


def _code(kind: type[Problem]) -> str:
    if kind.oauth_code:
        return kind.oauth_code
    if kind.status == 503:  # noqa: PLR2004
        return "temporarily_unavailable"
    return "server_error" if kind.status >= 500 else "invalid_request"  # noqa: PLR2004
