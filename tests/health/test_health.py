"""The two health checks: what they say, and that they say no more."""

import httpx

from guard.wire import ask, make_walls


async def test_a_whole_service_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_a_database_it_is_alive_and_not_ready() -> None:
    answer = await ask(make_walls(), "GET", "/health/live")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
    answer = await ask(make_walls(), "GET", "/health/ready")
    assert (answer.status, answer.json) == (503, {"status": "unavailable"})
    assert answer.one("cache-control") == "no-store"
