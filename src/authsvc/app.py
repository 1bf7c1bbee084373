"""The floor plan: every room of the service with the guard before it, and the walls around them.

`create_app` does no I/O; `parts.py` builds what the rooms work with.
"""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from authsvc import __version__
from authsvc.core.clock import Clock, SystemClock
from authsvc.core.refusals import (
    refuse_http_exception,
    refuse_validation_error,
)
from authsvc.docs import routes as docs
from authsvc.docs.document import OpenAPIDocument
from authsvc.docs.guard import READERS
from authsvc.guard.deps import CLIENTS, PUBLIC, Guard, signed_in
from authsvc.guard.transport import CookiePolicy
from authsvc.health import routes as health
from authsvc.introspect import routes as introspect
from authsvc.login import routes as login
from authsvc.logout import routes as logout
from authsvc.metrics import routes as metrics
from authsvc.metrics.guard import holders_of
from authsvc.parts import Parts, lifespan
from authsvc.password import routes as password
from authsvc.passwords.hasher import HashParameters
from authsvc.playground import routes as playground
from authsvc.problem_pages import routes as problem_pages
from authsvc.profile import routes as profile
from authsvc.register import routes as register
from authsvc.revocation_feed import routes as revocation_feed
from authsvc.revoke import routes as revoke
from authsvc.sessions_api import routes as sessions_api
from authsvc.settings import Settings
from authsvc.signin_page import routes as signin_page
from authsvc.static import routes as static
from authsvc.token import routes as token
from authsvc.verify import routes as verify
from authsvc.walls import OAUTH_PATHS, build_walls
from authsvc.wellknown import routes as wellknown


class Room(NamedTuple):
    """A router and the guard before it. There is no room without one."""

    router: APIRouter
    guard: Guard


def floor_plan(settings: Settings) -> Sequence[Room]:
    """List every room."""
    cookies = CookiePolicy(is_secure=settings.is_https)
    members = signed_in(cookies, has_password_grant=settings.password_grant)
    rooms = [
        Room(health.router, PUBLIC),
        Room(static.router, PUBLIC),
        Room(signin_page.router, PUBLIC),
        Room(problem_pages.router, PUBLIC),
        Room(wellknown.router, PUBLIC),
        Room(register.router, PUBLIC),
        Room(login.router, PUBLIC),
        Room(token.router, PUBLIC),
        Room(logout.router, PUBLIC),
        Room(revoke.router, PUBLIC),
        Room(introspect.router, CLIENTS),
        Room(revocation_feed.router, CLIENTS),
        Room(profile.router, members),
        Room(sessions_api.router, members),
        Room(password.router, members),
        Room(verify.router, members),
    ]
    if settings.docs_access != "off":
        readers = PUBLIC if settings.docs_access == "public" else READERS
        rooms.append(Room(docs.router, readers))
    if settings.has_playground:
        rooms.append(Room(playground.router, PUBLIC))
    if settings.metrics_token is not None:
        guard = holders_of(settings.metrics_token.get_secret_value())
        rooms.append(Room(metrics.router, guard))
    return rooms


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    hash_parameters: HashParameters | None = None,
) -> FastAPI:
    """Build the application. It connects to nothing before its lifespan starts.

    Args:
        settings: Checked settings, with a secret.
        clock: The time; the machine's own unless a test brings another.
        hash_parameters: The cost of new password hashes; tests bring cheap ones.

    """
    parts = Parts.build(settings, clock or SystemClock(), hash_parameters or HashParameters())
    app = FastAPI(
        title="authsvc",
        summary="Sign-up, sign-in and signed tokens.",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # Its own variables could have it send requests to elsewhere, and it looks at each one.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=lifespan(parts),
        generate_unique_id_function=_operation_id,
        exception_handlers={
            HTTPException: refuse_http_exception,
            RequestValidationError: refuse_validation_error,
        },
    )
    parts.furnish(app.state)
    rooms = floor_plan(settings)
    for room in rooms:
        app.include_router(room.router, dependencies=room.guard)
    app.state.routes = [
        route for room in rooms for route in room.router.routes if isinstance(route, APIRoute)
    ]
    app.openapi = OpenAPIDocument(app, OAUTH_PATHS)  # type: ignore[method-assign]
    build_walls(app, settings, parts)
    return app


def _operation_id(route: APIRoute) -> str:
    return f"{route.tags[0] if route.tags else 'page'}-{route.name}"
