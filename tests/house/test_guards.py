"""Every route has a guard, and the list of those that need none is this one."""

from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from authsvc.app import create_app, floor_plan
from authsvc.guard.deps import PUBLIC
from factories import AppFactory, make_client, make_settings

# Whoever makes a route public says so here.
OPEN_TO_ALL = {
    ("GET", "/"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/login"),
    ("GET", "/problems/{slug}"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/token"),
    ("POST", "/auth/logout"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/revoke"),
}
# Where tokens are made. A new one needs the same controls as these.
TOKENS_ARE_MADE_AT = {
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("POST", "/auth/token"),
}
# For other services, which have credentials of their own.
FOR_CLIENTS = {("GET", "/auth/revocations"), ("POST", "/auth/introspect")}


def _routes(*, public: bool) -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for room in floor_plan(make_settings())
        for route in room.router.routes
        if isinstance(route, APIRoute) and (room.guard is PUBLIC) == public
        for method in route.methods or ()
    }


def test_the_public_routes_are_the_ones_listed() -> None:
    assert _routes(public=True) == OPEN_TO_ALL
    assert TOKENS_ARE_MADE_AT <= OPEN_TO_ALL


def test_no_route_goes_around_the_floor_plan() -> None:
    settings = make_settings()
    app = create_app(settings)
    assert len(app.routes) == len(floor_plan(settings))


def test_the_way_past_the_routing_leads_to_guarded_routes_only() -> None:
    layers = create_app(make_settings()).user_middleware
    kwargs: list[Any] = [layer.kwargs for layer in layers]
    [express] = [given["endpoints"] for given in kwargs if "endpoints" in given]
    assert {("GET", path) for path in express} <= _routes(public=False)


@pytest.mark.parametrize(("method", "path"), sorted(_routes(public=False)))
async def test_strangers_stay_outside(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == 401
    slug = "invalid-client" if (method, path) in FOR_CLIENTS else "not-authenticated"
    body = answer.json()
    assert body.get("type", "").endswith(f"/problems/{slug}") or body["error"] == "invalid_client"


async def test_a_refused_change_is_not_even_read(start: AppFactory) -> None:
    async with start() as app, make_client(app) as client:
        answer = await client.patch("/profile", json={"name": 1, "unknown": 2})
        assert answer.status_code == 401
