"""Holds an answer against the OpenAPI document: status, media type, headers, body, and the problem.

A problem counts as described where its slug (or OAuth's error code) is among the status' examples.
"""

from collections.abc import Mapping
from typing import Any

import httpx
import jsonschema_rs

Document = Mapping[str, Any]
METHODS = ("get", "post", "patch", "put", "delete")


def operations(document: Document) -> Mapping[tuple[str, str], Any]:
    """Return every operation by method and path."""
    return {
        (method, path): item[method]
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    }


def check_against(document: Document, schema: Mapping[str, Any], value: object) -> None:
    """Hold a value against a schema of the document, formats included."""
    root = {**schema, "components": document["components"]}
    jsonschema_rs.Draft202012Validator(root, validate_formats=True).validate(value)


def check_described(
    document: Document, operation: Mapping[str, Any], answer: httpx.Response
) -> None:
    """Fail unless the document describes this answer of this operation."""
    described = operation["responses"].get(str(answer.status_code))
    assert described, f"{answer.status_code} is not described: {answer.text}"
    content = described.get("content", {})
    if not content:
        assert not answer.content
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type in content
    headers = {name for name in ("Retry-After", "WWW-Authenticate") if name in answer.headers}
    assert headers == set(described.get("headers", {}))
    if media_type == "text/html":
        return
    check_against(document, content[media_type]["schema"], answer.json())
    if answer.is_error and "examples" in content[media_type]:
        examples = [example["value"] for example in content[media_type]["examples"].values()]
        assert _name(answer.json()) in [_name(example) for example in examples]


def _name(problem: Mapping[str, Any]) -> str:
    if "type" in problem:
        return str(problem["type"].rpartition("/")[2])
    # OAuth has one code for several reasons to try again.
    is_shared = problem["error"] == "temporarily_unavailable"
    return str(problem["error_description" if is_shared else "error"])
