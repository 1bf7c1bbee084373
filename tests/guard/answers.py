"""One request for every kind of answer that can be had without a database."""

from fastapi import FastAPI

from guard.wire import Answer, Lines, ask

KINDS: dict[str, tuple[int, str, str, Lines]] = {
    "data": (200, "GET", "/health/live", []),
    "page": (200, "GET", "/login", []),
    "problem page": (200, "GET", "/problems/not-found", []),
    "file": (200, "GET", "/static/login.js", []),
    "unchanged file": (304, "GET", "/static/login.js", [("if-none-match", "*")]),
    "preflight": (
        200,
        "OPTIONS",
        "/profile",
        [("origin", "https://app.example"), ("access-control-request-method", "PATCH")],
    ),
    "redirect": (303, "GET", "/docs", [("accept", "text/html")]),
    "bad request": (400, "GET", "/profile", [("authorization", "a"), ("authorization", "b")]),
    "unauthorized": (401, "GET", "/profile", []),
    "forbidden": (403, "POST", "/auth/login", [("origin", "https://evil.example")]),
    "nothing": (404, "GET", "/nowhere", []),
    "no file": (404, "GET", "/static/nowhere", []),
    "no method": (405, "PUT", "/profile", []),
    "no method for files": (405, "POST", "/static/login.js", []),
    "too large": (413, "POST", "/auth/register", [("content-length", "99999")]),
    "media type": (415, "POST", "/auth/logout", [("content-type", "text/plain")]),
    "invalid": (422, "POST", "/auth/register", []),
    "large headers": (431, "GET", "/health/live", [("x-filler", "a" * 20000)]),
    "oauth": (400, "POST", "/auth/token", []),
    "fault": (500, "GET", "/fault", []),
    "away": (503, "GET", "/health/ready", []),
}
FILES = ("file", "unchanged file")
PAGES = ("page", "problem page")


async def answer_of(app: FastAPI, kind: str, *more: tuple[str, str]) -> Answer:
    """Make the request of that kind, with further header lines, and check that it is one."""
    status, method, path, lines = KINDS[kind]
    if kind == "fault":
        add_fault(app, "/fault")
    answer = await ask(app, method, path, [*lines, *more])
    assert answer.status == status
    return answer


def add_fault(app: FastAPI, path: str, secret: str = "") -> None:
    """Give the application a route with a programming error that knows a secret."""

    async def fault() -> None:
        raise RuntimeError(f"unforeseen {secret}")

    app.add_api_route(path, fault)
