"""`authsvc serve`: checks everything, then listens."""

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from typing import Annotated

import structlog
import typer
import uvicorn

from authsvc.boot import load_settings
from authsvc.cli.protocol import BoundedHttp
from authsvc.cli.supervisor import Supervisor
from authsvc.cli.workshop import command, fail, workshop
from authsvc.core.logging import configure_logging
from authsvc.counters.instruments import MULTIPROCESS_DIR
from authsvc.settings import Settings

if sys.platform != "win32":
    import resource

_log = structlog.get_logger(__name__)

# What each worker process loads; how HTTP is spoken.
APPLICATION = "authsvc.boot:application"
PROTOCOL: type[BoundedHttp] = BoundedHttp

# Seconds. Longer than the proxies in front keep an idle connection, as a rule: they should end it.
IDLE = 65
_GRACE = 10
_BACKLOG = 2048
# Connections for each process. It needs other files, too, and refusing takes some beyond.
MOST_CONNECTIONS = 4096
_OTHER_FILES = 256

_NOT_SHARED = "each worker counts attempts by itself; set AUTHSVC_RATE_LIMIT_STORAGE to a Valkey"

_WELCOME = """
  authsvc is on {url}

{watch}    sign in     {url}/login
    API docs    {url}/docs
    first user  curl {url}/auth/register --json \\
                  '{{"email": "ada@example.com", "password": "a fern under seven moons"}}'
"""
_WATCH = """    watch it    {url}/   every step of a sign-in; access tokens last {ttl} seconds
"""


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="How many processes.", min=1, max=256)] = 1,
) -> None:
    """Start the service. Nothing listens before settings, schema and keys have been checked."""
    settings = _checked_settings()
    listener = _listener(host, port)
    _log.info("listening", address=f"{host}:{port}", workers=workers)
    if workers > 1 and settings.rate_limit_storage == "memory://":
        _log.warning("limits_not_shared", workers=workers, reason=_NOT_SHARED)
    if not settings.is_production and settings.log_style == "console":
        _welcome(settings, host, port)
    config = uvicorn.Config(
        APPLICATION,
        factory=True,
        workers=workers,
        http=PROTOCOL,
        ws="none",
        log_config=None,
        # We write a line for each request ourselves, and find the client's address ourselves.
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=_GRACE,
        limit_concurrency=_places(),
    )
    with contextlib.suppress(KeyboardInterrupt), _counting_together(settings, workers):
        _run(config, listener)


def _places() -> int:
    """Tell how many connections a process keeps, after asking for as many files as it may have."""
    if sys.platform == "win32":
        return MOST_CONNECTIONS
    wanted = 2 * MOST_CONNECTIONS + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(MOST_CONNECTIONS, (soft - _OTHER_FILES) // 2))


@command
async def _checked_settings() -> Settings:
    settings = load_settings()
    configure_logging(settings.log_style)
    async with workshop(settings) as parts:
        await parts.keys.open()
    return settings


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as fault:
        reason = (fault.strerror or "").partition(" (")[0]
        fail(f"Cannot listen on {host}, port {port}: {reason}.")


@contextlib.contextmanager
def _counting_together(settings: Settings, workers: int) -> Iterator[None]:
    """Give several workers a directory of counts, so that any of them can answer for all.

    It is named before they start: the metrics library looks for it when it is imported.
    """
    if settings.metrics_token is None or workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="authsvc-metrics-") as directory:
        os.environ[MULTIPROCESS_DIR] = directory
        try:
            yield
        finally:
            del os.environ[MULTIPROCESS_DIR]


def _run(config: uvicorn.Config, listener: socket.socket) -> None:
    if config.workers == 1:
        uvicorn.Server(config).run([listener])
        return
    supervisor = Supervisor(config, [listener])
    supervisor.run()
    if supervisor.is_hopeless:
        fail("A worker process could not start. Its own lines above say why.")


def _welcome(settings: Settings, host: str, port: int) -> None:
    is_local = host in {"127.0.0.1", "::1", "localhost"}
    url = f"http://localhost:{port}" if is_local else settings.public_url
    ttl = int(settings.access_token_ttl.total_seconds())
    watch = _WATCH.format(url=url, ttl=ttl) if settings.has_playground else ""
    typer.echo(_WELCOME.format(url=url, watch=watch), err=True)
