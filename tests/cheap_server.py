"""The real `authsvc serve`, with the cheapest hashes: for races and faults, not for passwords.

`python cheap_server.py PORT WORKERS [hurried]`, with the settings in the environment as always.
Hurried, it waits a second or two for what the real one waits ten for.
"""

import sys

from fastapi import FastAPI

from authsvc.app import create_app
from authsvc.boot import load_settings
from authsvc.cli import serve
from authsvc.cli.protocol import BoundedHttp
from authsvc.core.logging import configure_logging
from authsvc.passwords.hasher import HashParameters

_CHEAP = HashParameters(memory_kib=8, passes=1, lanes=1)


def application() -> FastAPI:
    """Make the application, in each worker."""
    settings = load_settings()
    configure_logging(settings.log_style)
    return create_app(settings, hash_parameters=_CHEAP)


def impatient_application() -> FastAPI:
    """Make one that does not wait long for a body."""
    app = application()
    for layer in app.user_middleware:
        if "form_paths" in layer.kwargs:
            layer.kwargs["within"] = 1.0
    return app


class Hurried(BoundedHttp):
    """Waits for nobody very long."""

    head_within = 2.0
    body_within = 2.0
    read_within = 1.0


if __name__ == "__main__":
    serve.APPLICATION = "cheap_server:application"
    if "hurried" in sys.argv:
        serve.APPLICATION = "cheap_server:impatient_application"
        serve.PROTOCOL = Hurried
        serve.IDLE = 1
        serve.MOST_CONNECTIONS = 20
    serve.serve(port=int(sys.argv[1]), workers=int(sys.argv[2]))
