"""A fuzzer reads our OpenAPI document and looks for answers that it does not describe, and for 5xx.

The budget is bounded and the inputs are the same in every run.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from fastapi import FastAPI
from pydantic import SecretStr
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.python.asgi import get_client, shutdown_lifespans
from schemathesis.schemas import BaseSchema

from authsvc.app import create_app
from authsvc.settings import Settings
from factories import PASSWORD, bearer, cheap_hashes

# Not `positive_data_acceptance`: which passwords are too easy, no schema can say.
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)
_CONFIG = {
    "generation": {"max-examples": 12, "deterministic": True, "no-shrink": True},
    "checks": {"enabled": False, **{name: {"enabled": True} for name in _CHECKS}},
}


@contextmanager
def _running(settings: Settings) -> Iterator[Any]:
    app = create_app(settings, hash_parameters=cheap_hashes)
    try:
        yield app
    finally:
        shutdown_lifespans()


def _schema(app: FastAPI) -> BaseSchema:
    schema = schemathesis.openapi.from_dict(
        app.openapi(), config=SchemathesisConfig.from_dict(_CONFIG)
    )
    schema.app = app
    return schema


def _run(schema: BaseSchema) -> tuple[set[int], list[str]]:
    """Run the fuzzer; return the status codes it saw and what it found wrong."""
    seen: set[int] = set()
    faults: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            faults.append(repr(event))
        if not isinstance(event, events.ScenarioFinished):
            continue
        recorder = event.recorder
        for case, interaction in recorder.interactions.items():
            if interaction.response is not None:
                seen.add(interaction.response.status_code)
            faults += [
                f"{recorder.label}: {check.failure_info.failure}"
                for check in recorder.checks.get(case, ())
                if check.failure_info
            ]
    return seen, faults


def test_strangers_find_nothing_that_is_not_described(settings: Settings) -> None:
    with _running(settings) as app:
        seen, faults = _run(_schema(app))
    assert faults == []
    assert seen >= {200, 201, 204, 400, 401, 404, 405, 409, 415, 422}


def test_the_signed_in_find_nothing_either(settings: Settings) -> None:
    with _running(settings) as app, get_client(app) as client:
        client.post("/auth/register", json={"email": "ada@example.com", "password": PASSWORD})
        form = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
        token = client.post("/auth/token", data=form).json()["access_token"]
        # Not the others: signing in or out ends the session that comes with the request, and the
        # example of deleting the account does.
        schema = _schema(app).include(path_regex="rofile$|^/sessions|^/auth/password$")
        schema = schema.exclude(operation_id="profile-delete_profile")
        schema.config.update(headers=bearer(token))
        seen, faults = _run(schema)
    assert faults == []
    assert seen >= {200, 204, 403, 404, 405, 415, 422}


def test_clients_find_nothing_either(settings: Settings) -> None:
    secret = "a secret of the shop, long enough"
    known = settings.model_copy(update={"clients": (SecretStr(f"shop:{secret}"),)})
    with _running(known) as app, get_client(app):
        schema = _schema(app).include(path_regex="^/auth/(introspect|revocations)$")
        basic = base64.b64encode(f"shop:{secret}".encode()).decode()
        schema.config.update(headers={"Authorization": f"Basic {basic}"})
        seen, faults = _run(schema)
    assert faults == []
    assert seen >= {200, 400, 405, 415, 422}
