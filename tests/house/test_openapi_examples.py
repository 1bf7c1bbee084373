"""The document's examples are real: requests are accepted, answers are what the service sends."""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from authsvc.app import create_app
from factories import (
    PASSWORD,
    AppFactory,
    MovedClock,
    bearer,
    get_tokens,
    make_client,
    make_settings,
    sign_up,
)
from house.described import check_against, check_described, operations

DOCUMENT = create_app(make_settings()).openapi()
OPERATIONS = operations(DOCUMENT)
LOGIN = {"email": "ada@example.com", "password": PASSWORD}
AS_JSON: dict[str, Any] = {"json": LOGIN}
GRANT = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
AS_FORM: dict[str, Any] = {"data": GRANT}


def _examples() -> list[tuple[str, Mapping[str, Any], Any]]:
    """List every example of the document with the schema it stands beside."""
    found: list[tuple[str, Mapping[str, Any], Any]] = [
        (name, schema, schema["example"])
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if "example" in schema
    ]
    for operation in OPERATIONS.values():
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                found += [
                    (f"{operation['operationId']} {status} {name}", media["schema"], one["value"])
                    for name, one in media.get("examples", {}).items()
                ]
        for media in operation.get("requestBody", {}).get("content", {}).values():
            given = media.get("examples", {"": {"value": media.get("example")}})
            found += [
                (operation["operationId"], media["schema"], one["value"])
                for one in given.values()
                if one["value"]
            ]
    return found


@pytest.mark.parametrize(
    ("schema", "example"), [e[1:] for e in _examples()], ids=[e[0] for e in _examples()]
)
def test_every_example_fits_the_schema_it_stands_beside(
    schema: Mapping[str, Any], example: object
) -> None:
    check_against(DOCUMENT, schema, example)


async def test_the_request_examples_work_one_after_the_other(client: httpx.AsyncClient) -> None:
    schemas = DOCUMENT["components"]["schemas"]
    form = OPERATIONS["post", "/auth/token"]["requestBody"]["content"]
    form = form["application/x-www-form-urlencoded"]["examples"]["password"]["value"]
    for method, path, body, status in (
        ("post", "/auth/register", {"json": schemas["RegisterRequest"]["example"]}, 201),
        ("post", "/auth/token", {"data": form}, 200),
        ("post", "/auth/login", {"json": schemas["LoginRequest"]["example"]}, 200),
        ("patch", "/profile", {"json": schemas["ProfileChange"]["example"]}, 200),
        ("get", "/profile", {}, 200),
        ("get", "/getProfile", {}, 200),
        ("post", "/auth/refresh", {}, 200),
        ("get", "/sessions", {}, 200),
        ("delete", "/sessions", {}, 204),
        ("post", "/auth/password", {"json": schemas["PasswordChange"]["example"]}, 204),
        ("delete", "/profile", {"json": schemas["AccountDeletion"]["example"]}, 403),
        ("post", "/auth/revoke", {"data": {"token": "x"}}, 200),
        ("post", "/auth/introspect", {"data": {"token": "x"}}, 401),
        ("get", "/auth/revocations", {}, 401),
        ("post", "/auth/logout", {}, 204),
        ("get", "/health/live", {}, 200),
        ("get", "/health/ready", {}, 200),
        ("get", "/problems/busy", {}, 200),
        ("get", "/.well-known/jwks.json", {}, 200),
        ("get", "/.well-known/oauth-authorization-server", {}, 200),
    ):
        answer = await client.request(method, path, **body)
        assert answer.status_code == status, answer.text
        described = path.replace("/busy", "/{slug}")
        check_described(DOCUMENT, OPERATIONS[method, described], answer)


async def test_every_problem_example_says_what_the_service_says(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/profile")).json()
    media = OPERATIONS["get", "/profile"]["responses"]["401"]["content"]
    example = media["application/problem+json"]["examples"]["not-authenticated"]["value"]
    assert {**answer, "request_id": ""} == {**example, "request_id": ""}


async def test_what_the_rooms_refuse_is_described(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    tokens = await get_tokens(client)
    presented = bearer(tokens["access_token"])
    weak = {"email": "bob@example.com", "password": "password"}
    for method, path, request, status in (
        ("post", "/auth/register", {"json": LOGIN}, 409),
        ("post", "/auth/register", {"json": weak}, 422),
        ("post", "/auth/register", {"json": {"email": 1}}, 422),
        ("post", "/auth/login", {"json": {**LOGIN, "password": "wrong"}}, 401),
        ("post", "/auth/login", {"json": {}}, 422),
        ("post", "/auth/token", {"data": {**GRANT, "password": "wrong"}}, 400),
        ("post", "/auth/token", {"data": {**GRANT, "scope": "admin"}}, 400),
        ("post", "/auth/token", {"data": {**GRANT, "grant_type": "other"}}, 400),
        ("post", "/auth/token", {"data": {"grant_type": "password"}}, 400),
        ("patch", "/profile", {"json": {"name": ""}, "headers": presented}, 422),
        ("post", "/auth/token", {"data": {"grant_type": "refresh_token"}}, 400),
        ("post", "/auth/refresh", {}, 401),
        ("delete", "/sessions/{session_id}", {"headers": presented}, 404),
        ("get", "/problems/{slug}", {}, 404),
    ):
        answer = await client.request(method, path, **request)
        assert answer.status_code == status, answer.text
        check_described(DOCUMENT, OPERATIONS[method, path], answer)
    clock.move(minutes=15)
    answer = await client.get("/profile", headers=presented)
    check_described(DOCUMENT, OPERATIONS["get", "/profile"], answer)
    fresh = bearer((await get_tokens(client))["access_token"])
    await client.post("/auth/logout", headers=fresh)
    answer = await client.get("/profile", headers=fresh)
    check_described(DOCUMENT, OPERATIONS["get", "/profile"], answer)


async def test_closed_doors_and_full_queues_are_described(start: AppFactory) -> None:
    closed = start(registration="closed", hash_concurrency=1, hash_queue=0)
    async with closed as app, make_client(app) as client:
        answer = await client.post("/auth/register", json=LOGIN)
        check_described(DOCUMENT, OPERATIONS["post", "/auth/register"], answer)
        done = threading.Event()
        job = asyncio.create_task(app.state.credential_tools.passwords._pool.run(done.wait))
        await asyncio.sleep(0)
        try:
            for path, body in (("/auth/login", AS_JSON), ("/auth/token", AS_FORM)):
                answer = await client.request("post", path, **body)
                assert answer.status_code == 503
                check_described(DOCUMENT, OPERATIONS["post", path], answer)
        finally:
            done.set()
            await job


async def test_too_many_attempts_are_described_wherever_they_are_counted(
    start: AppFactory,
) -> None:
    names = ("limit_tries", "limit_sign_up_tries", "limit_refreshes")
    async with start(**dict.fromkeys(names, "1/day")) as app, make_client(app) as client:
        await sign_up(client)
        await client.post("/auth/login", json=LOGIN)
        await client.post("/auth/refresh")
        new = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
        for method, path, request in (
            ("post", "/auth/register", AS_JSON),
            ("post", "/auth/login", AS_JSON),
            ("post", "/auth/token", AS_FORM),
            ("post", "/auth/refresh", {}),
            ("post", "/auth/password", {"json": new}),
            ("delete", "/profile", {"json": {"password": PASSWORD}}),
        ):
            answer = await client.request(method, path, **request)
            assert answer.status_code == 429, path
            check_described(DOCUMENT, OPERATIONS[method, path], answer)


@pytest.mark.parametrize("password_grant", (True, False))
async def test_security_schemes_name_the_ways_in(start: AppFactory, password_grant: bool) -> None:
    async with start(password_grant=password_grant) as app:
        schemes = app.openapi()["components"]["securitySchemes"]
        security = app.openapi()["paths"]["/profile"]["get"]["security"]
    way = "password" if password_grant else "bearer"
    assert {*schemes} == {way, "cookie", "client"}
    assert security == [{way: []}, {"cookie": []}]
    assert schemes["cookie"]["name"] == "authsvc_access"
