"""`/metrics`: for whoever has the token, and what it counts is what has happened."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from authsvc.settings import Settings
from factories import (
    PASSWORD,
    AppFactory,
    MovedClock,
    bearer,
    get_tokens,
    make_client,
    make_settings,
    renew,
    sign_up,
)

TOKEN = "Wm4kQz81tYbXr6NfHc3sVd9LpGu7Ej2A"
SCRAPER = bearer(TOKEN)
ADA = {"email": "ada@example.com", "password": PASSWORD}


@pytest.fixture
async def measured(start: AppFactory) -> AsyncIterator[FastAPI]:
    async with start(metrics_token=TOKEN, limit_failures_account_address="5/5minutes") as app:
        yield app


@pytest.fixture
async def client(measured: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with make_client(measured) as client:
        yield client


async def _scrape(client: httpx.AsyncClient) -> Mapping[str, float]:
    """Return every sample by its name and labels, without the prefix they share."""
    answer = await client.get("/metrics", headers=SCRAPER)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    samples = re.findall(r"^authsvc_(\S+) (\S+)$", answer.text, re.MULTILINE)
    assert len(samples) == len(re.findall(r"^[^#]", answer.text, re.MULTILINE))
    return {name: float(value) for name, value in samples}


@pytest.mark.parametrize(
    ("headers", "slug", "status"),
    (
        ({}, "not-authenticated", 401),
        (bearer(TOKEN[:-1]), "invalid-token", 401),
        (bearer(TOKEN + "x"), "invalid-token", 401),
        (bearer(""), "invalid-token", 401),
        ({"Authorization": f"Basic {TOKEN}"}, "invalid-token", 401),
        ({"Authorization": TOKEN}, "invalid-token", 401),
        ({"Cookie": f"authsvc_access={TOKEN}"}, "not-authenticated", 401),
        ({b"Authorization": b"Bearer \xff\xfe"}, "invalid-token", 401),
        ([*SCRAPER.items(), *SCRAPER.items()], "ambiguous-credentials", 400),
    ),
)
async def test_without_the_token_nothing_is_told(
    client: httpx.AsyncClient, headers: httpx._types.HeaderTypes, slug: str, status: int
) -> None:
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert answer.json()["type"].endswith(f"/problems/{slug}")
    assert "authsvc_" not in answer.text.replace("authsvc_access", "")


async def test_a_session_of_ours_does_not_open_it(client: httpx.AsyncClient) -> None:
    await sign_up(client)
    answer = await client.get(
        "/metrics", headers=bearer((await get_tokens(client))["access_token"])
    )
    assert answer.status_code == 401


async def test_without_the_setting_there_is_no_such_place(start: AppFactory) -> None:
    async with start() as app, make_client(app) as client:
        for headers in ({}, SCRAPER, bearer("")):
            assert (await client.get("/metrics", headers=headers)).status_code == 404


def test_a_short_token_is_no_secret_in_production() -> None:
    short = make_settings(env="production", public_url="https://a.example", metrics_token="short")
    assert [line for line in short.dangers() if "METRICS_TOKEN" in line]
    assert not [line for line in _safe().dangers() if "METRICS_TOKEN" in line]


def _safe() -> Settings:
    return make_settings(env="production", public_url="https://a.example", metrics_token=TOKEN)


async def test_requests_are_counted_by_route_and_status_and_never_by_path(
    client: httpx.AsyncClient,
) -> None:
    await sign_up(client)
    for number in range(3):
        await client.get(f"/nothing/{number}")
        await client.get(f"/static/{number}.js")
        await client.get(f"/problems/{number}")
        await client.get("/profile", headers={"Cookie": "authsvc_access=x"})
        await client.delete(f"/sessions/{number}")
        await client.request(f"BREW{number}", "/profile")
    # Refused before it comes to the router: by the body, and by a way past it.
    await client.post("/auth/login", content="x" * 20_000)
    await client.get("/auth/verify")
    counted = await _scrape(client)
    requests = {name: value for name, value in counted.items() if name.startswith("requests_")}
    assert requests == {
        'requests_total{method="POST",route="/auth/register",status="201"}': 1,
        'requests_total{method="GET",route="unknown",status="404"}': 3,
        'requests_total{method="GET",route="/static",status="404"}': 3,
        'requests_total{method="GET",route="/problems/{slug}",status="404"}': 3,
        'requests_total{method="GET",route="/profile",status="401"}': 3,
        'requests_total{method="DELETE",route="/sessions/{session_id}",status="401"}': 3,
        'requests_total{method="other",route="/profile",status="405"}': 3,
        'requests_total{method="POST",route="/auth/login",status="413"}': 1,
        'requests_total{method="GET",route="/auth/verify",status="401"}': 1,
    }
    assert counted['request_duration_seconds_count{route="/profile"}'] == 6
    assert counted['request_duration_seconds_bucket{le="10.0",route="/profile"}'] == 6
    assert counted['refused_tokens_total{reason="segments"}'] == 3
    assert counted['refusals_total{problem="body-too-large"}'] == 1


async def test_what_happens_to_accounts_is_counted(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    assert (await client.post("/auth/login", json=ADA)).status_code == 200
    for _ in range(6):
        await client.post("/auth/login", json={**ADA, "password": "one wrong password"})
    await client.post("/auth/login", json={**ADA, "email": "eve@example.com"})
    clock.move(minutes=10)
    pair = await get_tokens(client)
    await renew(client, pair["refresh_token"])
    clock.move(minutes=1)
    await renew(client, pair["refresh_token"])
    counted = await _scrape(client)
    assert counted["sign_ups_total"] == 1
    assert counted["logins_total"] == 2
    assert counted['failed_logins_total{reason="password"}'] == 5
    assert counted['failed_logins_total{reason="unknown"}'] == 1
    assert counted['limited_total{reason="account-address"}'] == 1
    assert counted["refreshes_total"] == 1
    assert counted["refresh_reuses_total"] == 1
    # One sign-up, eight verifications.
    assert counted["hash_duration_seconds_count"] == counted["hash_wait_seconds_count"] == 9


async def test_the_state_of_the_parts_is_read(
    client: httpx.AsyncClient, measured: FastAPI, clock: MovedClock
) -> None:
    state = measured.state
    counted = await _scrape(client)
    assert counted["signing_keys"] == 1
    assert counted["hashes_running"] == counted["hashes_waiting"] == 0
    assert counted["hash_slots"] > 32
    assert counted["database_connections_used"] == 0
    looked_at = counted["revocation_feed_read_timestamp_seconds"]
    assert datetime.fromtimestamp(looked_at, UTC) == clock.now()
    clock.move(seconds=5)
    async with state.database.reading() as one, state.database.writing() as two:
        await one.connection()
        await two.connection()
        counted = await _scrape(client)
    assert counted["database_connections_used"] == 2
    assert counted["database_connections_most"] in {20, 21}
    assert counted["revocation_feed_read_timestamp_seconds"] <= clock.now().timestamp()


async def test_two_applications_of_one_process_count_for_themselves(start: AppFactory) -> None:
    async with start(metrics_token=TOKEN) as one, start(metrics_token=TOKEN) as two:
        async with make_client(one) as client:
            await sign_up(client)
            assert (await _scrape(client))["sign_ups_total"] == 1
        async with make_client(two) as client:
            counted = await _scrape(client)
            assert counted["sign_ups_total"] == 0
            assert not [name for name in counted if name.startswith("requests_total")]
