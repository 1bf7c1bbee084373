"""The four proxies, each once for all tests."""

from collections.abc import Iterator

import httpx
import pytest

from serving import free_port, serving_cheaply
from verify.application import running
from verify.proxies import PROXIES, proxying
from verify.street import ADA, PATIENCE, Street


@pytest.fixture(scope="session", params=PROXIES)
def street(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    there, port = tmp_path_factory.mktemp("proxy"), free_port()
    settings = {
        "public_url": f"http://localhost:{port}",
        "trusted_proxies": "127.0.0.1/32",
        # Traefik asks under the address that it was given.
        "allowed_hosts": "localhost,127.0.0.1" if request.param == "traefik" else "localhost",
    }
    with (
        running() as application,
        serving_cheaply(there, workers=1, **settings) as authsvc,
        proxying(
            request.param,
            there / "proxy",
            port=port,
            authsvc=authsvc.port,
            application=application.port,
        ) as origin,
    ):
        profile = httpx.post(f"{origin}/auth/register", json=ADA, timeout=PATIENCE)
        assert profile.status_code == 201, profile.text
        yield Street(request.param, origin, authsvc.origin, application, profile.json())
