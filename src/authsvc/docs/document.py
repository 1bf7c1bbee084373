"""Writes the OpenAPI document: FastAPI's, completed with the refusals of the layers around it."""

from collections.abc import Collection
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from authsvc.core import errors
from authsvc.core.oauth import OAUTH_ERROR_SCHEMA, describe_oauth
from authsvc.core.openapi import Operation, describe_everywhere, describe_problem
from authsvc.guard.errors import (
    AmbiguousCredentials,
    CrossSiteRequest,
    NotAuthenticated,
    SessionEnded,
    TokenExpired,
    TokenInvalid,
)

# The walls stand before every room, also before those that need no body: one may be sent anyway.
_ALWAYS = (
    errors.UnknownHost,
    errors.MalformedBody,
    errors.RequestTimeout,
    errors.BodyTooLarge,
    errors.UnsupportedMediaType,
    errors.HeadersTooLarge,
    errors.InternalError,
)
_UNSAFE = (CrossSiteRequest,)
_WITH_BODY = (errors.ValidationFailed, errors.Unavailable)
_SIGNED_IN = (
    NotAuthenticated,
    TokenInvalid,
    TokenExpired,
    SessionEnded,
    AmbiguousCredentials,
    errors.Unavailable,
)


class OpenAPIDocument:
    """Stands in for `FastAPI.openapi`. The document is made once."""

    def __init__(self, app: FastAPI, oauth_paths: Collection[str]) -> None:
        """Describe `app`; errors on `oauth_paths` have the shape of RFC 6749."""
        self._app = app
        self._oauth_paths = oauth_paths
        self._document: dict[str, Any] | None = None

    def __call__(self) -> dict[str, Any]:
        """Return the document."""
        if self._document is None:
            self._document = self._build()
        return self._document

    def _build(self) -> dict[str, Any]:
        app = self._app
        document = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes
        )
        for item in document["paths"].values():
            for operation in item.values():
                _leave_out_what_is_never_sent(operation)
        describe_everywhere(
            document,
            always=_ALWAYS,
            unsafe=_UNSAFE,
            with_body=_WITH_BODY,
            signed_in=_SIGNED_IN,
            describer_of=lambda path: (
                describe_oauth if path in self._oauth_paths else describe_problem
            ),
        )
        schemas = document["components"]["schemas"]
        schemas["OAuthError"] = OAUTH_ERROR_SCHEMA
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return document


def _leave_out_what_is_never_sent(operation: Operation) -> None:
    """Remove the framework's own 422: ours has another shape and says where it can happen."""
    answer = operation["responses"].get("422", {})
    if "application/json" in answer.get("content", {}):
        del operation["responses"]["422"]
