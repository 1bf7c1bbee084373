"""`authsvc.js` in three tabs of a real browser: renewed once, ended for all, never in a loop."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from playwright.async_api import Browser, BrowserContext, Route

from pages.conftest import ACCESS_TTL, Account
from pages.tabs import QUIET_PAGE, Tab, end, enter, renewals_of, requests_for
from serving import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA = Account()
WITHOUT_LOCKS = "delete Navigator.prototype.locks"
# Nothing says that a message sent before a lock is given up arrives before the lock does.
LATE_NEWS = """
  const listen = BroadcastChannel.prototype.addEventListener;
  BroadcastChannel.prototype.addEventListener = function (name, hear) {
    listen.call(this, name, (event) => setTimeout(hear, 20, event));
  };
"""


async def _three(context: BrowserContext, short_lived: Served) -> list[Tab]:
    return [await Tab.open(context, short_lived.origin + QUIET_PAGE) for _ in range(3)]


async def test_three_tabs_stay_signed_in_while_tokens_expire(
    browser: Browser, short_lived: Served
) -> None:
    with_locks, without = await asyncio.gather(
        _expire(browser, short_lived, ";"), _expire(browser, short_lived, WITHOUT_LOCKS)
    )
    for renewals in (with_locks, without):
        assert len({moment.replace(microsecond=0) for moment in renewals}) >= 2
    # One for each time that a token expired.
    gaps = [later - earlier for earlier, later in pairwise(with_locks)]
    assert min(gaps) > timedelta(seconds=ACCESS_TTL / 2)


async def _expire(browser: Browser, server: Served, script: str) -> list[datetime]:
    """Keep three tabs busy over several expiries, and signed in; return when they renewed."""
    async with await browser.new_context() as context:
        await context.add_init_script(script)
        tabs = await _three(context, server)
        has_locks = await tabs[0].page.evaluate("'locks' in navigator")
        assert has_locks == (script != WITHOUT_LOCKS)
        answer = await tabs[0].sign_in(ADA)
        assert answer["profile"]["email"] == ADA.email
        statuses = await asyncio.gather(*(tab.poll(2500 * ACCESS_TTL) for tab in tabs))
        assert {status for seen in statuses for status in seen} == {200}
        renewals = renewals_of(server, answer["session"]["id"])
        for tab in tabs:
            heard = await tab.heard()
            assert "signed-out" not in heard
            assert heard.count("renewed") == len(renewals)
        return renewals


@pytest.mark.parametrize(
    ("script", "most"),
    ((";", 1), (LATE_NEWS, 1), (WITHOUT_LOCKS, 3)),
    ids=("locks", "late-news", "no-locks"),
)
async def test_many_requests_at_once_renew_once(
    context: BrowserContext, short_lived: Served, stale: dict[str, str], script: str, most: int
) -> None:
    await context.add_init_script(script)
    await enter(context, short_lived, stale)
    tabs = await _three(context, short_lived)
    many = "Promise.all([...Array(8)].map(() => auth.fetch('/profile').then((a) => a.status)))"
    before = len(requests_for(short_lived, "/auth/refresh"))
    statuses = await asyncio.gather(*(tab.page.evaluate(many) for tab in tabs))
    assert statuses == [[200] * 8] * 3
    # Tabs that cannot take turns may each renew: the server gives all of them the same token.
    assert 1 <= len(requests_for(short_lived, "/auth/refresh")) - before <= most
    assert (await tabs[0].ask("/sessions"))[0] == 200


async def test_signing_out_in_one_tab_is_heard_by_the_others(
    context: BrowserContext, short_lived: Served
) -> None:
    first, *others = await _three(context, short_lived)
    await first.sign_in(ADA)
    await first.page.evaluate("auth.logout()")
    for tab in others:
        await tab.until("heard.join() === 'signed-in,signed-out'")
        status, problem = await tab.ask("/getProfile")
        assert (status, problem["title"]) == (401, "Not signed in")
        assert tab.answers == ["GET /getProfile 401"]
    assert await context.cookies() == []


async def test_a_refused_renewal_is_asked_for_once_by_all_tabs_and_told(
    context: BrowserContext, short_lived: Served, stale: dict[str, str]
) -> None:
    await enter(context, short_lived, stale)
    tabs = await _three(context, short_lived)
    end(short_lived, stale)
    before = len(requests_for(short_lived, "/auth/refresh"))
    answers = await asyncio.gather(*(tab.ask("/getProfile") for tab in tabs))
    assert {status for status, _ in answers} == {401}
    assert "The session has ended" in {problem["title"] for _, problem in answers}
    assert len(requests_for(short_lived, "/auth/refresh")) - before == 1
    for tab in tabs:
        await tab.until("heard.join() === 'signed-out'")
        assert len(tab.answers) <= 2


async def test_a_session_that_ended_elsewhere_is_not_renewed_and_all_tabs_hear(
    context: BrowserContext, short_lived: Served
) -> None:
    first, *others = await _three(context, short_lived)
    await first.sign_in(ADA)
    cookies = {cookie["name"]: cookie["value"] for cookie in await context.cookies()}
    end(short_lived, cookies)
    first.answers.clear()
    assert (await first.ask("/getProfile"))[1]["title"] == "The session has ended"
    assert first.answers == ["GET /getProfile 401"]
    for tab in others:
        await tab.until("heard.includes('signed-out')")


@pytest.mark.parametrize(
    ("cookies", "slug"),
    (({}, "not-authenticated"), ({"authsvc_access": "e.y.J"}, "invalid-token")),
)
async def test_no_other_401_is_worth_a_second_request(
    context: BrowserContext, short_lived: Served, cookies: dict[str, str], slug: str
) -> None:
    await enter(context, short_lived, cookies)
    tab = await Tab.open(context, short_lived.origin + QUIET_PAGE)
    status, problem = await tab.ask("/getProfile")
    assert (status, problem["type"].rpartition("/")[2]) == (401, slug)
    assert tab.answers == ["GET /getProfile 401"]
    assert await tab.heard() == []


async def test_a_token_that_is_never_fresh_is_renewed_once(
    context: BrowserContext, short_lived: Served, stale: dict[str, str], expired: str
) -> None:
    await enter(context, short_lived, stale)
    tab = await Tab.open(context, short_lived.origin + QUIET_PAGE)
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


async def test_a_limit_on_renewals_is_told_and_not_tried_again(
    context: BrowserContext, strict: Served
) -> None:
    tab = await Tab.open(context, strict.origin + QUIET_PAGE)
    await tab.sign_in(ADA)
    async with asyncio.timeout(20):
        while "POST /auth/refresh 429" not in tab.answers:
            tab.answers.clear()
            status, problem = await tab.ask("/getProfile")
    assert (status, problem["title"]) == (429, "Too many attempts")
    assert tab.answers == ["GET /getProfile 401", "POST /auth/refresh 429"]
    assert "signed-out" not in await tab.heard()


async def test_a_renewal_that_could_not_be_made_is_told_and_nobody_is_signed_out(
    context: BrowserContext, short_lived: Served, stale: dict[str, str]
) -> None:
    await enter(context, short_lived, stale)
    tab = await Tab.open(context, short_lived.origin + QUIET_PAGE)
    with closing(sqlite3.connect(short_lived.log.parent / "data" / "authsvc.db")) as database:
        # Whoever wants to write now waits for five seconds, and is told.
        database.execute("BEGIN IMMEDIATE")
        status, problem = await tab.ask("/getProfile")
    assert (status, problem["title"]) == (503, "Service unavailable")
    assert tab.answers == ["GET /getProfile 401", "POST /auth/refresh 503"]
    assert "signed-out" not in await tab.heard()
    assert (await tab.ask("/getProfile"))[0] == 200
