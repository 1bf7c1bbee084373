"""The real proxies with the configurations in `deploy/`; only the ports are others."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from serving import environment

DEPLOY = Path(__file__).parents[2] / "deploy"
_START_WITHIN = 30.0

# What the package's own nginx.conf has around conf.d/, but for the directories.
_NGINX = """
user root;
daemon off;
pid nginx.pid;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include authsvc.conf;
}
"""


def _nginx(there: Path) -> Sequence[str]:
    (there / "nginx.conf").write_text(_NGINX)
    return [_program("nginx"), "-p", f"{there}/", "-c", "nginx.conf", "-e", "stderr"]


def _caddy(there: Path) -> Sequence[str]:
    return [_program("caddy"), "run", "--config", "Caddyfile", "--adapter", "caddyfile"]


def _traefik(there: Path) -> Sequence[str]:
    return [str(Path(sys.executable).with_name("traefik")), "--configFile=traefik.yml"]


def _envoy(there: Path) -> Sequence[str]:
    program = Path(sys.executable).with_name("envoy")
    options = ("--disable-hot-restart", "--concurrency", "1", "--log-level", "warn")
    return [str(program), "-c", str(there / "envoy.yaml"), *options]


# By name: how it is started in a directory with its configuration.
PROXIES: Mapping[str, Callable[[Path], Sequence[str]]] = {
    "nginx": _nginx,
    "caddy": _caddy,
    "traefik": _traefik,
    "envoy": _envoy,
}


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.fail(f"this needs {name} (Debian: apt-get install {name})", pytrace=False)
    return found


@contextmanager
def proxying(
    name: str,
    there: Path,
    *,
    port: int,
    authsvc: int,
    application: int,
    change: tuple[str, str] = ("", ""),
) -> Iterator[str]:
    """Run a proxy between its own port and the two others, until the block ends; say where.

    `change` replaces one text of its configuration by another.
    """
    there.mkdir()
    for file in (DEPLOY / name).iterdir():
        text = file.read_text("utf-8")
        for usual, ours in ((8080, port), (8000, authsvc), (9000, application)):
            text = re.sub(rf"\b{usual}\b", str(ours), text)
        text = text.replace(*change) if change[0] else text
        (there / file.name).write_text(text)
    log = there / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            PROXIES[name](there),
            cwd=there,
            env={**environment(), "HOME": str(there), "XDG_DATA_HOME": str(there)},
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _wait_for(port, process, log)
            yield f"http://localhost:{port}"
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            # Traefik listens before it knows where to pass anything on to.
            if httpx.get(f"http://localhost:{port}/login").status_code != 404:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the proxy did not start:\n{log.read_text('utf-8')}")
