"""Several worker processes: one scrape, of whichever, tells of all; also after one was killed."""

import os
import re
import signal
import time
from pathlib import Path

import httpx
import pytest

from factories import bearer
from serving import Served, serving

TOKEN = "Wm4kQz81tYbXr6NfHc3sVd9LpGu7Ej2A"
REQUESTS = 40


def _scrape(server: Served) -> dict[str, float]:
    # Each over a connection of its own, to either of the workers.
    text = httpx.get(f"{server.origin}/metrics", headers=bearer(TOKEN), timeout=30).text
    return {n: float(v) for n, v in re.findall(r"^authsvc_(\S+) (\S+)$", text, re.MULTILINE)}


def _settled(server: Served, name: str, value: float) -> dict[str, float]:
    """Scrape until a reading has a value: they are taken every second."""
    deadline = time.monotonic() + 20
    while (scraped := _scrape(server)).get(name) != value:
        assert time.monotonic() < deadline, scraped
        time.sleep(0.1)
    return scraped


def _workers(server: Served) -> list[int]:
    return [int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", server.said)]


def test_one_scrape_tells_of_all_workers_also_of_one_that_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    settings = {"metrics_token": TOKEN, "hash_concurrency": "2", "hash_queue": "8"}
    with serving(tmp_path, "--workers", "2", **settings) as server:
        both = _settled(server, "hash_slots", 20)
        assert both["signing_keys"] == 1
        assert both["database_connections_most"] == 42
        for _ in range(REQUESTS):
            assert httpx.get(f"{server.origin}/profile", timeout=30).status_code == 401
        name = 'requests_total{method="GET",route="/profile",status="401"}'
        for _ in range(6):
            assert _scrape(server)[name] == REQUESTS
        first = _workers(server)[0]
        os.kill(first, signal.SIGKILL)
        while len(_workers(server)) < 3:
            time.sleep(0.05)
        _settled(server, "hash_slots", 20)
        # Its readings are gone, what it has counted is not.
        assert _scrape(server)[name] == REQUESTS
        assert [*temporary.glob("authsvc-metrics-*/*.db")]
        assert not [*temporary.glob(f"authsvc-metrics-*/gauge_live*_{first}.db")]
        assert server.end() == 0
    assert [*temporary.iterdir()] == []
