"""Describes refusals in the OpenAPI document, with a real example of each."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from authsvc.core.errors import Problem

Operation = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]
Describer = Callable[[Operation, type[Problem]], None]

PROBLEM_SCHEMA: Mapping[str, Any] = {
    "title": "Problem",
    "description": "A refusal (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Names the kind of problem."},
        "title": {"type": "string", "description": "The same for every problem of its kind."},
        "status": {"type": "integer", "description": "The HTTP status code."},
        "detail": {"type": "string", "description": "What is wrong with this request."},
        "request_id": {"type": "string", "description": "Finds this request in the log."},
        "errors": {
            "type": "array",
            "description": "With `validation-failed`: what is wrong with which value.",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "additionalProperties": False,
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)."},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def problems(*kinds: type[Problem]) -> Responses:
    """Describe refusals for a route's `responses=`."""
    return responses(describe_problem, kinds)


def responses(describe: Describer, kinds: Iterable[type[Problem]]) -> Responses:
    """Describe refusals, in the shape that `describe` gives them, for a route's `responses=`."""
    operation: Operation = {"responses": {}}
    for kind in kinds:
        describe(operation, kind)
    return {int(status): answer for status, answer in operation["responses"].items()}


def describe_problem(operation: Operation, kind: type[Problem]) -> None:
    """Add one kind of refusal to an operation; several of one status stand as examples."""
    answer = operation["responses"].setdefault(str(kind.status), {})
    media = answer.setdefault("content", {}).setdefault("application/problem+json", {})
    media["schema"] = {"$ref": "#/components/schemas/Problem"}
    media.setdefault("examples", {})[kind.slug] = {"summary": kind.title, "value": _example(kind)}
    answer["description"] = " · ".join(media["examples"])
    describe_headers(answer, kind)


def describe_headers(answer: dict[str, Any], kind: type[Problem]) -> None:
    """Name the headers that come with a refusal."""
    for name in kind.headers:
        answer.setdefault("headers", {})[name] = {"schema": {"type": "string"}}


def describe_everywhere(
    document: dict[str, Any],
    *,
    always: Iterable[type[Problem]],
    unsafe: Iterable[type[Problem]],
    with_body: Iterable[type[Problem]],
    signed_in: Iterable[type[Problem]],
    describer_of: Callable[[str], Describer],
) -> None:
    """Add the refusals that no route states itself because a layer around it makes them.

    Args:
        document: The OpenAPI document, changed in place.
        always: Refusals of every operation.
        unsafe: Further ones of operations that change something.
        with_body: Further ones of operations that take a body.
        signed_in: Further ones of operations behind the verifier.
        describer_of: How refusals look on a path.

    """
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    for path, item in document["paths"].items():
        for method, operation in item.items():
            kinds = [*always]
            kinds += [] if method == "get" else unsafe
            kinds += with_body if "requestBody" in operation else []
            kinds += signed_in if "security" in operation else []
            for kind in kinds:
                describer_of(path)(operation, kind)
            operation["responses"] = dict(sorted(operation["responses"].items()))


def _example(kind: type[Problem]) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"http://localhost:8000/problems/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
        "request_id": "0b7e5c1e-3a5c-4b0e-9a57-6e3f0f6a1d2c",
    }
    if kind.slug == "validation-failed":
        example["errors"] = [{"pointer": "/email", "message": "Not a valid e-mail address"}]
    return example
