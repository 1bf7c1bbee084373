"""The service with the cheapest hashes, as several worker processes: for races, not for passwords.

`python cheap_server.py PORT WORKERS`, with the settings in the environment as always.
"""

import sys

import uvicorn
from fastapi import FastAPI

from authsvc.app import create_app
from authsvc.boot import load_settings
from authsvc.cli.protocol import BoundedHttp
from authsvc.core.logging import configure_logging
from authsvc.passwords.hasher import HashParameters

_CHEAP = HashParameters(memory_kib=8, passes=1, lanes=1)


def application() -> FastAPI:
    """Make the application, in each worker."""
    settings = load_settings()
    configure_logging(settings.log_style)
    return create_app(settings, hash_parameters=_CHEAP)


if __name__ == "__main__":
    port, workers = (int(argument) for argument in sys.argv[1:])
    uvicorn.run(
        "cheap_server:application",
        factory=True,
        port=port,
        workers=workers,
        http=BoundedHttp,
        access_log=False,
        log_config=None,
        server_header=False,
        # Connections of one test wait for each other.
        timeout_keep_alive=120,
    )
