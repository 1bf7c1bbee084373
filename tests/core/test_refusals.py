"""Refusals of the routing, of validation, and of whatever nobody foresaw."""

import json
from collections.abc import Mapping

import pytest
from fastapi.routing import APIRoute
from starlette.types import Message

from factories import SECRET
from guard.answers import add_fault
from guard.wire import as_json, ask, make_walls

METHODS: Mapping[str, str] = {
    "/": "GET",
    "/profile": "DELETE, GET, PATCH",
    "/sessions": "DELETE, GET",
    "/sessions/x": "DELETE",
    "/auth/password": "POST",
    "/auth/refresh": "POST",
    "/auth/revocations": "GET",
    "/auth/verify": "GET",
    "/getProfile": "GET",
    "/auth/register": "POST",
    "/auth/login": "POST",
    "/auth/logout": "POST",
    "/docs": "GET",
    "/redoc": "GET",
    "/openapi.json": "GET",
    "/login": "GET",
    "/health/live": "GET",
    "/health/ready": "GET",
    "/problems/not-found": "GET",
    "/.well-known/jwks.json": "GET",
    "/.well-known/oauth-authorization-server": "GET",
    "/static/login.js": "GET, HEAD",
    "/static/nowhere": "GET, HEAD",
}
ODD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY",
       "PROPFIND", "get", "G\x00T", "")  # fmt: skip


def test_the_table_of_methods_is_complete() -> None:
    routes = {route.path for route in make_walls().state.routes if isinstance(route, APIRoute)}
    answer_in_oauths_shape = {"/auth/token", "/auth/revoke", "/auth/introspect"}
    named = {"/problems/not-found": "/problems/{slug}", "/sessions/x": "/sessions/{session_id}"}
    assert routes <= {named.get(path, path) for path in METHODS} | answer_in_oauths_shape


@pytest.mark.parametrize("path", METHODS)
async def test_other_methods_are_405_and_told_the_right_ones(path: str) -> None:
    walls = make_walls()
    for method in ODD:
        if method in METHODS[path].split(", "):
            continue
        answer = await ask(walls, method, path)
        assert (answer.status, answer.slug) == (405, "method-not-allowed"), method
        assert answer.one("allow") == METHODS[path], method


@pytest.mark.parametrize(
    "path",
    (
        "/auth/login",
        "/auth/logout",
        "/auth/register",
        "/auth/token",
        "/auth/refresh",
        "/auth/revoke",
        "/auth/password",
    ),
)
@pytest.mark.parametrize("method", ("GET", "HEAD", "OPTIONS"))
async def test_safe_methods_change_nothing_here(method: str, path: str) -> None:
    answer = await ask(make_walls(), method, path)
    assert (answer.status, answer.one("allow")) == (405, "POST")
    assert not answer.all("set-cookie")


async def test_another_method_in_a_header_is_ignored() -> None:
    for name in ("x-http-method-override", "x-http-method", "x-method-override"):
        answer = await ask(make_walls(), "GET", "/auth/logout?_method=POST", [(name, "POST")])
        assert answer.status == 405


@pytest.mark.parametrize(
    "path",
    ("//profile", "/profile/", "/profile//", "/./profile", "/x/../profile", "/%2570rofile",
     "/PROFILE", "/profile%00", "/profile%20", "/profile;x=1", "/profile.json", "/profile%2f",
     "/%2fprofile", "/profile%3f", "/auth//login", "/auth/login/", "/auth%252flogin", "/Auth/login",
     "/docs/", "/docs/oauth2-redirect", "/openapi.json/", "/getprofile", "/get_profile",
     "/.git/config", "/.env", "/app.db", "/authsvc.db", "/.authsvc/secret_key", "/server-status",
     "/metrics", "/authorize", "/static", "/static/", "/static/docs", "/static/../settings.py",
     "/static/%2e%2e/routes.py", "/static/..%2f..%2fsettings.py", "/static/....//routes.py",
     "/static/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd", "/static//etc/passwd", "/static/%5c..%5c",
     "/static/login.js%00", "/static/%00", "/problems/", "/problems/unknown",
     "/problems/not-found/", "/problems/NOT-FOUND", "/problems/..%2fnot-found", "/problems/%00",
     "/%ff%fe", "/%", "", "*", "/" + "a" * 9000, "/static/" + "a" * 9000),
)  # fmt: skip
async def test_odd_paths_lead_nowhere(path: str) -> None:
    answer = await ask(make_walls(), "GET", path)
    assert (answer.status, answer.slug) == (404, "not-found")
    assert not answer.all("location")


async def test_files_are_sent_whole_whatever_range_is_asked_for() -> None:
    whole = await ask(make_walls(), "GET", "/static/login.js")
    assert whole.one("accept-ranges") == "none"
    for asked in ("bytes=0-3", "bytes=999999999-", "bytes=x", "lines=1-2", "bytes=0-1,3-4", "\xff"):
        answer = await ask(make_walls(), "GET", "/static/login.js", [("range", asked)])
        assert answer.status == 200
        assert answer.one("content-length") == whole.one("content-length")


@pytest.mark.parametrize(
    ("body", "pointers"),
    (
        ({}, {"/email", "/password"}),
        ([], {""}),
        ("a string", {""}),
        (7, {""}),
        (None, {""}),
        ({"email": 1, "password": "long enough"}, {"/email"}),
        ({"email": ["ada@example.com"], "password": True}, {"/email", "/password"}),
        ({"email": "ada@example.com", "password": []}, {"/password"}),
        ({"email": "ada@example.com", "password": {"a": 1}}, {"/password"}),
        ({"email": None, "password": None}, {"/email", "/password"}),
        ({"email": "ada@example.com", "password": "long enough", "remember": "true"}, {""}),
        ({"email": "ada@example.com", "password": "long enough", "a/b~c": 1}, {""}),
    ),
)
async def test_a_422_points_at_what_is_wrong(body: object, pointers: set[str]) -> None:
    for path in ("/auth/login", "/auth/register"):
        lines, chunks = as_json(body)
        answer = await ask(make_walls(), "POST", path, lines, chunks)
        assert (answer.status, answer.slug) == (422, "validation-failed")
        assert {error["pointer"] for error in answer.json["errors"]} == pointers
        for error in answer.json["errors"]:
            assert set(error) == {"pointer", "message"}
            assert error["message"]


async def test_a_422_repeats_neither_values_nor_names_of_the_clients() -> None:
    body = {"email": "canary-value", "password": ["canary-value"], "canary-name": 1}
    lines, chunks = as_json(body)
    answer = await ask(make_walls(), "POST", "/auth/register", lines, chunks)
    assert answer.status == 422
    assert b"canary" not in answer.body


async def test_a_fault_of_our_own_is_told_by_its_request_id_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    walls = make_walls()
    add_fault(walls, "/secret-fault", SECRET)
    answer = await ask(walls, "GET", "/secret-fault", [("authorization", "Bearer canary")])
    assert (answer.status, answer.slug) == (500, "internal-error")
    request_id = answer.one("x-request-id")
    assert answer.json["request_id"] == request_id
    assert not any(word in answer.body for word in (b"unforeseen", b"Error(", b"Trace", b".py"))
    assert SECRET.encode() not in answer.body
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [line for line in lines if "exception" in line]
    assert [line["event"] for line in told] == ["unexpected_error"]
    assert told[0]["request_id"] == request_id
    assert "unforeseen" in told[0]["exception"]
    assert (await ask(walls, "GET", "/health/live")).status == 200


async def test_the_token_endpoint_refuses_in_its_own_terms() -> None:
    unknown_host = {"env": "production", "public_url": "https://auth.example"}
    for status, answer in (
        (400, await ask(make_walls(**unknown_host), "POST", "/auth/token")),
        (405, await ask(make_walls(), "GET", "/auth/token")),
        (413, await ask(make_walls(), "POST", "/auth/token", [("content-length", "99999")])),
        (431, await ask(make_walls(), "POST", "/auth/token", [("x-filler", "a" * 20000)])),
    ):
        assert answer.status == status
        assert answer.one("content-type") == "application/json"
        assert answer.one("cache-control") == "no-store"
        assert answer.one("pragma") == "no-cache"
        assert set(answer.json) == {"error", "error_description"}
        assert answer.json["error"] == "invalid_request"


async def test_a_client_that_goes_away_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    sent = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    scope = {"type": "http", "method": "POST", "path": "/auth/login", "headers": headers}
    await make_walls()(scope, receive, send)
    assert sent == []
    assert "error" not in capsys.readouterr().err
