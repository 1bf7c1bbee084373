"""The two ends of a session: refreshing moves the idle one, and never the absolute one."""

import httpx
import pytest

from factories import MovedClock, get_tokens, renew, sign_up


async def test_a64_refreshing_moves_the_idle_end_and_never_the_absolute_one(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    for _ in range(5):
        clock.move(days=6)
        answer = await renew(client, pair["refresh_token"])
        if answer.status_code != 200:
            break
        pair = answer.json()
    else:
        pytest.fail("the session never ended")
    assert answer.json()["error"] == "invalid_grant"


async def test_a64_the_last_tokens_end_with_the_session(
    client: httpx.AsyncClient, clock: MovedClock
) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    for _ in range(4):
        clock.move(days=6)
        pair = (await renew(client, pair["refresh_token"])).json()
    clock.move(days=6, minutes=-5)
    last = (await renew(client, pair["refresh_token"])).json()
    assert last["expires_in"] == 300
    clock.move(minutes=5)
    assert (await renew(client, last["refresh_token"])).status_code == 400


async def test_an_unused_session_ends(client: httpx.AsyncClient, clock: MovedClock) -> None:
    await sign_up(client)
    pair = await get_tokens(client)
    clock.move(days=7, microseconds=-1)
    pair = (await renew(client, pair["refresh_token"])).json()
    clock.move(days=7)
    assert (await renew(client, pair["refresh_token"])).status_code == 400
