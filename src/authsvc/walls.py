"""The layers around the rooms, which every request passes before it comes to a door."""

from collections.abc import Mapping

from fastapi import FastAPI

from authsvc.core.address import ClientAddress
from authsvc.core.crowd import Crowd
from authsvc.core.envelope import Envelope, security_headers
from authsvc.core.express import Express
from authsvc.core.gate import BodyGate, KnownHosts
from authsvc.core.oauth import render_oauth
from authsvc.core.origins import ListedOrigins
from authsvc.core.refusals import ProblemRenderer, Refusals, Renderer
from authsvc.counters.counted import Counted
from authsvc.guard.csrf import SameOriginOnly
from authsvc.parts import Parts
from authsvc.profile import routes as profile
from authsvc.settings import Settings
from authsvc.verify import routes as verify
from authsvc.verify.way_in import WayIn

# Their errors, and their bodies, are those of RFC 6749.
OAUTH_PATHS = frozenset({"/auth/token", "/auth/revoke", "/auth/introspect"})
# Signing in needs no cookie to be misused: another site could sign a visitor in as somebody else.
# Refreshing reads a cookie whatever else is there.
ALWAYS_SAME_ORIGIN = frozenset({"/auth/login", "/auth/refresh"})
# Load balancers and Prometheus ask each process by its address, under whatever name.
ANY_HOST = frozenset({"/health/live", "/health/ready", "/metrics"})


def build_walls(app: FastAPI, settings: Settings, parts: Parts) -> None:
    """Put the layers around the rooms. What is added last stands outermost."""
    app.add_middleware(BodyGate, form_paths=OAUTH_PATHS)
    own_profile = profile.OwnProfile(parts.verifier, parts.cookies, parts.user_lookups)
    app.add_middleware(
        Express,
        endpoints={
            verify.PATH: verify.ForwardAuth(parts.verifier, parts.cookies),
            **dict.fromkeys(profile.PATHS, own_profile),
        },
        # A proxy hands on the headers of a request whose body stays with it.
        bodies_ignored={verify.PATH},
    )
    app.add_middleware(
        SameOriginOnly,
        cookies=parts.cookies,
        origins=[settings.public_url, *settings.allowed_origins],
        always=ALWAYS_SAME_ORIGIN,
        on_behalf={verify.PATH},
    )
    app.add_middleware(KnownHosts, hosts=settings.hosts, exempt=ANY_HOST)
    app.add_middleware(Crowd, exempt=ANY_HOST)
    app.add_middleware(Refusals, render=_renderer(settings))
    app.add_middleware(
        ListedOrigins,
        allow_origins=settings.allowed_origins,
        # Any origin at all is for trying things out, and then without anybody's cookies.
        allow_credentials="*" not in settings.allowed_origins,
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["X-Request-Id", "Retry-After", "WWW-Authenticate"],
    )
    app.add_middleware(
        Envelope,
        address=ClientAddress(settings.trusted_proxies),
        headers=security_headers(is_https=settings.is_https),
    )
    if parts.is_measured:
        routes = [route.path for route in app.state.routes]
        app.add_middleware(Counted, counters=parts.counters, routes=routes)


def _renderer(settings: Settings) -> Renderer:
    render_problem = ProblemRenderer(settings.public_url)
    by_path: Mapping[str, Renderer] = {
        **dict.fromkeys(OAUTH_PATHS, render_oauth),
        verify.PATH: WayIn(settings.public_url, render_problem),
    }
    return lambda scope, problem: by_path.get(scope["path"], render_problem)(scope, problem)
