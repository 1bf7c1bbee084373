"""The OpenAPI document is valid, stable, and names every refusal that a route gives."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import schemathesis

from authsvc.app import create_app
from factories import AppFactory, make_client, make_settings
from house.described import METHODS, check_described, operations

DOCUMENT = create_app(make_settings()).openapi()
OPERATIONS = operations(DOCUMENT)
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# Generated clients name their functions after these: a changed one breaks somebody's build.
OPERATION_IDS = {
    "health-live",
    "health-ready",
    "login-login",
    "introspect-introspect",
    "login-refresh",
    "logout-logout",
    "password-change_password",
    "problems-explain",
    "profile-change_profile",
    "profile-delete_profile",
    "profile-get_profile",
    "profile-get_profile_by_its_old_name",
    "register-register",
    "revocations-list_revocations",
    "revoke-revoke",
    "sessions-end_other_sessions",
    "sessions-end_session",
    "sessions-list_sessions",
    "token-token",
    "verify-verify",
    "wellknown-key_set",
    "wellknown-metadata",
}

# What the layers before every room refuse, as header and body of a request.
WALLS: Mapping[str, tuple[Mapping[str, str], bytes | None]] = {
    "unknown host": ({"Host": "evil.example"}, None),
    "two hosts": ({"Host": "localhost, evil.example"}, None),
    "headers": ({"X-Long": "a" * 17_000}, None),
    "body": (JSON, b'"' + b"a" * 17_000 + b'"'),
    "form": (FORM, b"a=" + b"a" * 17_000),
    "media type": ({"Content-Type": "text/plain"}, b"hello"),
    "no media type": ({}, b"hello"),
    "compressed": ({**JSON, "Content-Encoding": "gzip"}, b"{}"),
    "malformed JSON": (JSON, b"{"),
    "another shape": (JSON, b"[1]"),
    "malformed form": (FORM, b"a=%ff&b"),
    "no body": ({}, None),
    "another site": ({"Sec-Fetch-Site": "cross-site", "Cookie": "authsvc_access=x"}, None),
    "another site, by a proxy": (
        {"Origin": "null", "Cookie": "authsvc_access=x", "X-Forwarded-Method": "POST"},
        None,
    ),
    "two cookies": ({"Cookie": "authsvc_access=x; authsvc_access=y"}, None),
    "two refresh cookies": ({"Cookie": "authsvc_refresh=x; authsvc_refresh=y"}, None),
    "bad bearer": ({"Authorization": "Bearer x"}, None),
    "basic": ({"Authorization": "Basic eDp5"}, None),
}


def _refs(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from _refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from _refs(value)


def test_it_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    # Relative to the server, as the specification's text allows and its JSON schema does not.
    text = json.dumps(DOCUMENT).replace('"tokenUrl": "/', '"tokenUrl": "http://localhost:8000/')
    schemathesis.openapi.from_dict(json.loads(text)).validate()
    for ref in _refs(DOCUMENT):
        node: Any = DOCUMENT
        for step in ref.removeprefix("#/").split("/"):
            node = node[step]


def test_operation_ids_are_stable_and_made_of_tag_and_function() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert sorted(ids) == sorted(OPERATION_IDS)
    for operation in OPERATIONS.values():
        (tag,) = operation["tags"]
        assert re.fullmatch(rf"{tag}-[a-z_]+", operation["operationId"])


def test_it_describes_every_route_that_is_not_a_page() -> None:
    pages = {"/", "/login", "/docs", "/redoc", "/openapi.json"}
    routes = {
        (method.lower(), route.path)
        for route in create_app(make_settings()).state.routes
        for method in route.methods
        if route.path not in pages
    }
    assert routes == set(OPERATIONS)
    assert {method for item in DOCUMENT["paths"].values() for method in item} <= set(METHODS)


async def test_whatever_the_walls_refuse_is_described(start: AppFactory) -> None:
    async with start(allowed_hosts=("localhost",)) as app, make_client(app) as client:
        for headers, body in WALLS.values():
            for (method, path), operation in OPERATIONS.items():
                answer = await client.request(
                    method, path.replace("{slug}", "busy"), headers=headers, content=body
                )
                check_described(DOCUMENT, operation, answer)
