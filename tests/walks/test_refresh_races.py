"""Two worker processes on one database, and requests that come at the same moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from authsvc.cli.desk import desk_of
from authsvc.core.clock import SystemClock
from authsvc.parts import Parts
from factories import PASSWORD, SECRET, cheap_hashes, get_tokens, make_settings, sign_up
from keepalive import Connection, connections
from serving import serving_cheaply

ROUNDS = 50
TABS = 20
RACES = 100
OTHER = "four lamps beside the canal"
GRANT = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
Pair = dict[str, Any]


@pytest.fixture
async def tabs(tmp_path: Path, database_address: str) -> AsyncIterator[list[Connection]]:
    """Give connections to a service of two worker processes where somebody has signed up."""
    settings = {"database_url": database_address, "secret_key": SECRET, "log_format": "json"}
    with serving_cheaply(tmp_path, workers=2, **settings) as served:
        async with httpx.AsyncClient(base_url=served.origin) as client:
            await sign_up(client)
        async with connections(served.port, TABS) as opened:
            yield opened


async def _pair(tab: Connection) -> Pair:
    answer = await tab.ask("POST", "/auth/token", form=GRANT)
    assert answer.status == 200, answer
    pair: Pair = answer.body
    return pair


async def test_a60_at_one_moment_one_lineage_and_nothing_that_outlives_an_ending(
    tabs: list[Connection], database_address: str
) -> None:
    """All in one service: starting two workers takes longer than the races do."""
    await _all_tabs_get_one_and_the_same_successor(tabs)
    await _refreshing_while_signing_out(tabs)
    await _refreshing_and_signing_in_while_the_user_is_disabled(tabs, database_address)
    await _refreshing_and_signing_in_while_the_password_is_changed(tabs)


async def _all_tabs_get_one_and_the_same_successor(tabs: list[Connection]) -> None:
    pair = await _pair(tabs[0])
    for generation in range(1, ROUNDS + 1):
        answers = await asyncio.gather(*(tab.renew(pair["refresh_token"]) for tab in tabs))
        assert {answer.status for answer in answers} == {200}
        (token,) = {answer.body["refresh_token"] for answer in answers}
        assert token.split(".")[2] == str(generation)
        pair = answers[-1].body
    answer = await tabs[0].ask("GET", "/sessions", token=pair["access_token"])
    assert len(answer.body["items"]) == 1


async def test_a60_without_a_grace_one_wins_and_the_session_is_dead(
    tmp_path: Path, database_address: str
) -> None:
    settings = {"database_url": database_address, "secret_key": SECRET, "refresh_grace": "0"}
    with serving_cheaply(tmp_path, workers=2, **settings) as served:
        async with httpx.AsyncClient(base_url=served.origin) as client:
            await sign_up(client)
            pairs = [await get_tokens(client) for _ in range(5)]
        async with connections(served.port, TABS) as tabs:
            for pair in pairs:
                answers = await asyncio.gather(*(tab.renew(pair["refresh_token"]) for tab in tabs))
                assert sorted(answer.status for answer in answers) == [200] + [400] * (TABS - 1)
                (won,) = (answer.body for answer in answers if answer.status == 200)
                assert (await tabs[0].renew(won["refresh_token"])).status == 400


async def _race(
    tabs: Sequence[Connection], pairs: Sequence[Pair], end: Callable[[Pair], Awaitable[None]]
) -> None:
    """Refresh every session while it is ended; afterwards no token of any of them works."""
    alive: list[Pair] = [*pairs]

    async def refresh(tab: Connection, pair: Pair) -> None:
        answer = await tab.renew(pair["refresh_token"])
        assert answer.status in {200, 400}, answer
        if answer.status == 200:
            alive.append(answer.body)

    for pair in pairs:
        refreshing = [asyncio.create_task(refresh(tab, pair)) for tab in tabs[1:4]]
        await end(pair)
        await asyncio.gather(*refreshing)
    await _none_works(tabs, alive)


async def _none_works(tabs: Sequence[Connection], pairs: Sequence[Pair]) -> None:
    """Hold the promise of a second against both workers."""
    await asyncio.sleep(1)

    async def try_all(tab: Connection, number: int) -> None:
        for token in refresh_tokens[number :: len(tabs)]:
            assert (await tab.renew(token)).status == 400
        for token in access_tokens[number :: len(tabs)]:
            assert (await tab.ask("GET", "/auth/verify", token=token)).status == 401

    # Of those who refreshed at one moment, several have the same successor.
    refresh_tokens = sorted({pair["refresh_token"] for pair in pairs})
    access_tokens = sorted({pair["access_token"] for pair in pairs})
    await asyncio.gather(*map(try_all, tabs, range(len(tabs))))


async def _refreshing_while_signing_out(tabs: list[Connection]) -> None:
    async def sign_out(pair: Pair) -> None:
        answer = await tabs[0].ask("POST", "/auth/logout", token=pair["access_token"])
        assert answer.status == 204

    await _race(tabs, [await _pair(tabs[0]) for _ in range(RACES)], sign_out)


async def _refreshing_and_signing_in_while_the_user_is_disabled(
    tabs: list[Connection], database_address: str
) -> None:
    parts = Parts.build(make_settings(database_url=database_address), SystemClock(), cheap_hashes)
    alive: list[Pair] = []
    for _ in range(RACES):
        pair = await _pair(tabs[0])
        rushing = [
            asyncio.create_task(tabs[1].ask("POST", "/auth/token", form=GRANT)),
            asyncio.create_task(tabs[2].renew(pair["refresh_token"])),
            asyncio.create_task(tabs[3].renew(pair["refresh_token"])),
        ]
        async with desk_of(parts) as at:
            await at.disable(await at.find(GRANT["username"]))
        answers = await asyncio.gather(*rushing)
        alive += [pair, *(answer.body for answer in answers if answer.status == 200)]
        async with desk_of(parts) as at:
            user = await at.find(GRANT["username"])
            await at.users.change(user.id, parts.clock.now(), is_active=True)
    await _none_works(tabs, alive)
    parts.pool.close()
    await parts.database.dispose()


async def _refreshing_and_signing_in_while_the_password_is_changed(tabs: list[Connection]) -> None:
    here = (await _pair(tabs[0]))["access_token"]
    passwords = [PASSWORD, OTHER]
    alive: list[Pair] = []
    for number in range(RACES):
        current, new = passwords[number % 2], passwords[(number + 1) % 2]
        grant = {**GRANT, "password": current}
        pair = (await tabs[0].ask("POST", "/auth/token", form=grant)).body
        change = {"current_password": current, "new_password": new}
        changed, *rest = await asyncio.gather(
            tabs[0].ask("POST", "/auth/password", token=here, document=change),
            tabs[1].renew(pair["refresh_token"]),
            # Signing in with the password that is on its way out leaves no session behind either.
            tabs[2].ask("POST", "/auth/token", form=grant),
            tabs[3].renew(pair["refresh_token"]),
        )
        assert changed.status == 204, changed
        alive += [pair, *(answer.body for answer in rest if answer.status == 200)]
    await _none_works(tabs, alive)
    assert (await tabs[1].ask("GET", "/profile", token=here)).status == 200
