"""`authsvc.js` in three tabs of a real browser: renewed once, ended for all, never in a loop."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Route

from pages.conftest import Account
from pages.tabs import QUIET_PAGE, Tab, end, enter, requests_for, sign_in
from serving import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA = Account()
MARY = Account("mary@example.com", "engines of difference", "Mary")
TTL = 2
WITHOUT_LOCKS = "delete Navigator.prototype.locks"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server whose access tokens are short-lived."""
    settings = {"access_token_ttl": str(TTL), "log_format": "json"}
    with serving(tmp_path_factory.mktemp("client"), **settings) as served:
        for account in (ADA, MARY):
            answer = httpx.post(f"{served.origin}/auth/register", json=vars(account))
            answer.raise_for_status()
        yield served


@pytest.fixture(scope="module")
def expired(server: Served) -> str:
    """An access token that was genuine."""
    token = sign_in(server, ADA)["authsvc_access"]
    time.sleep(TTL)
    return token


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser that nobody has used."""
    async with await browser.new_context() as context:
        yield context


@pytest.fixture
def stale(server: Served, expired: str) -> dict[str, str]:
    """The cookies of a new session whose access token has expired already."""
    return {**sign_in(server, ADA), "authsvc_access": expired}


async def _three(context: BrowserContext, server: Served) -> list[Tab]:
    return [await Tab.open(context, server.origin + QUIET_PAGE) for _ in range(3)]


@pytest.mark.parametrize("has_locks", (True, False), ids=("locks", "no-locks"))
async def test_three_tabs_stay_signed_in_while_tokens_expire(
    context: BrowserContext, server: Served, *, has_locks: bool
) -> None:
    if not has_locks:
        await context.add_init_script(WITHOUT_LOCKS)
    before = len(requests_for(server, "/auth/refresh"))
    tabs = await _three(context, server)
    assert await tabs[0].page.evaluate("'locks' in navigator") == has_locks
    answer = await tabs[0].sign_in(ADA)
    assert answer["profile"]["email"] == ADA.email
    statuses = await asyncio.gather(*(tab.poll(3 * TTL * 1000) for tab in tabs))
    assert {status for seen in statuses for status in seen} == {200}
    renewals = requests_for(server, "/auth/refresh")[before:]
    assert {line["status"] for line in renewals} == {200}
    moments = [datetime.fromisoformat(line["timestamp"]) for line in renewals]
    assert len({moment.replace(microsecond=0) for moment in moments}) >= 2
    for tab in tabs:
        assert "signed-out" not in await tab.heard()
        assert (await tab.heard()).count("renewed") == len(renewals)
    if has_locks:
        # One for each time that a token expired.
        gaps = [later - earlier for earlier, later in pairwise(moments)]
        assert min(gaps) > timedelta(seconds=TTL / 2)


@pytest.mark.parametrize("has_locks", (True, False), ids=("locks", "no-locks"))
async def test_many_requests_at_once_renew_once(
    context: BrowserContext, server: Served, stale: dict[str, str], *, has_locks: bool
) -> None:
    if not has_locks:
        await context.add_init_script(WITHOUT_LOCKS)
    await enter(context, server, stale)
    tabs = await _three(context, server)
    many = "Promise.all([...Array(8)].map(() => auth.fetch('/profile').then((a) => a.status)))"
    before = len(requests_for(server, "/auth/refresh"))
    statuses = await asyncio.gather(*(tab.page.evaluate(many) for tab in tabs))
    assert statuses == [[200] * 8] * 3
    renewals = len(requests_for(server, "/auth/refresh")) - before
    # Tabs that cannot take turns may each renew: the server gives all of them the same token.
    assert renewals == 1 if has_locks else 1 <= renewals <= 3
    if not has_locks:
        assert (await tabs[0].ask("/sessions"))[0] == 200


async def test_signing_out_in_one_tab_is_heard_by_the_others(
    context: BrowserContext, server: Served
) -> None:
    first, *others = await _three(context, server)
    await first.sign_in(ADA)
    await first.page.evaluate("auth.logout()")
    for tab in others:
        await tab.page.wait_for_function("heard.join() === 'signed-in,signed-out'")
        status, problem = await tab.ask("/getProfile")
        assert (status, problem["title"]) == (401, "Not signed in")
        assert tab.answers == ["GET /getProfile 401"]
    assert await context.cookies() == []


async def test_a_refused_renewal_is_asked_for_once_by_all_tabs_and_told(
    context: BrowserContext, server: Served, stale: dict[str, str]
) -> None:
    await enter(context, server, stale)
    tabs = await _three(context, server)
    end(server, stale)
    before = len(requests_for(server, "/auth/refresh"))
    answers = await asyncio.gather(*(tab.ask("/getProfile") for tab in tabs))
    assert {status for status, _ in answers} == {401}
    assert "The session has ended" in {problem["title"] for _, problem in answers}
    assert len(requests_for(server, "/auth/refresh")) - before == 1
    for tab in tabs:
        await tab.page.wait_for_function("heard.join() === 'signed-out'")
        assert len(tab.answers) <= 2


async def test_a_session_that_ended_elsewhere_is_not_renewed_and_all_tabs_hear(
    context: BrowserContext, server: Served
) -> None:
    first, *others = await _three(context, server)
    await first.sign_in(ADA)
    cookies = {cookie["name"]: cookie["value"] for cookie in await context.cookies()}
    end(server, cookies)
    first.answers.clear()
    assert (await first.ask("/getProfile"))[1]["title"] == "The session has ended"
    assert first.answers == ["GET /getProfile 401"]
    for tab in others:
        await tab.page.wait_for_function("heard.includes('signed-out')")


@pytest.mark.parametrize(
    ("cookies", "slug"),
    (({}, "not-authenticated"), ({"authsvc_access": "e.y.J"}, "invalid-token")),
)
async def test_no_other_401_is_worth_a_second_request(
    context: BrowserContext, server: Served, cookies: dict[str, str], slug: str
) -> None:
    await enter(context, server, cookies)
    tab = await Tab.open(context, server.origin + QUIET_PAGE)
    status, problem = await tab.ask("/getProfile")
    assert (status, problem["type"].rpartition("/")[2]) == (401, slug)
    assert tab.answers == ["GET /getProfile 401"]
    assert await tab.heard() == []


async def test_a_token_that_is_never_fresh_is_renewed_once(
    context: BrowserContext, server: Served, stale: dict[str, str], expired: str
) -> None:
    await enter(context, server, stale)
    tab = await Tab.open(context, server.origin + QUIET_PAGE)
    old = {"cookie": f"authsvc_access={expired}"}

    async def with_the_old_token(route: Route) -> None:
        await route.fulfill(response=await route.fetch(headers={**route.request.headers, **old}))

    await tab.page.route("**/getProfile", with_the_old_token)
    status, problem = await tab.ask("/getProfile")
    assert (status, problem["title"]) == (401, "The token has expired")
    assert tab.answers == [
        "GET /getProfile 401",
        "POST /auth/refresh 200",
        "GET /getProfile 401",
    ]
