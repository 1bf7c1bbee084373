"""Where the sign-in page leads afterwards: to a path of this service, never elsewhere."""

from urllib.parse import quote, urlsplit

import pytest
from playwright.async_api import BrowserContext, expect

from pages.conftest import Account
from pages.visitor import Visitor
from serving import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

ELSEWHERE = (
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
)
ELSEWHERE_TOO = (
    "///evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\n//evil.example",
    "https://evil.example/docs",
    "data:text/html,<script>alert(1)</script>",
    "%2f%2fevil.example",
    "docs",
    "@evil.example",
)
QUERIES = ("%2f%2fevil.example", *(quote(address, safe="") for address in ELSEWHERE))


async def test_an_address_elsewhere_is_not_followed(visitor: Visitor, account: Account) -> None:
    for query in QUERIES:
        await visitor.go(f"/login?next={query}")
        await visitor.sign_in(account.email, account.password)
        await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Signed in as")
        assert visitor.page.url == f"{visitor.origin}/login?next={query}"
        await visitor.page.context.clear_cookies()


async def test_an_address_elsewhere_is_not_offered(reader: Visitor) -> None:
    for query in (*QUERIES, *(quote(address, safe="") for address in ELSEWHERE_TOO)):
        await reader.go(f"/login?next={query}")
        await expect(reader.page.get_by_role("heading", level=1)).to_contain_text("Signed in as")
        await expect(reader.page.get_by_role("link", name="Continue")).to_be_hidden()


async def test_a_path_that_turns_into_two_slashes_stays_here(
    visitor: Visitor, account: Account
) -> None:
    visitor.refusals.add("404 //evil.example")
    await visitor.go("/login?next=/..//evil.example")
    await visitor.sign_in(account.email, account.password)
    await visitor.page.wait_for_url(lambda url: urlsplit(url).path == "//evil.example")
    assert visitor.page.url == f"{visitor.origin}//evil.example"


async def test_guarded_docs_lead_through_the_sign_in_page_and_back(
    visitor: Visitor, account: Account
) -> None:
    await visitor.go("/docs")
    assert visitor.page.url == f"{visitor.origin}/login?next=/docs"
    await expect(visitor.page.get_by_role("status")).to_have_text("Sign in to continue.")
    await visitor.sign_in(account.email, account.password)
    await visitor.page.wait_for_url(f"{visitor.origin}/docs")
    await expect(visitor.page.locator(".opblock").first).to_be_visible()


async def test_the_signed_in_are_offered_the_way_on(reader: Visitor) -> None:
    await reader.go("/login?next=/redoc%23tag")
    onwards = reader.page.get_by_role("link", name="Continue")
    await expect(onwards).to_have_attribute("href", f"{reader.origin}/redoc#tag")


async def test_whose_access_token_has_run_out_is_led_on_without_signing_in(
    context: BrowserContext, short_lived: Served, stale: dict[str, str]
) -> None:
    visitor = await Visitor.arrive(context, short_lived.origin)
    await context.add_cookies(
        [{"name": name, "value": stale[name], "url": short_lived.origin} for name in stale]
    )
    await visitor.go("/docs")
    await expect(visitor.page.locator(".opblock").first).to_be_visible()
    assert visitor.page.url == f"{short_lived.origin}/docs"
    assert visitor.faults == []


async def test_whose_session_has_ended_signs_in(
    context: BrowserContext, short_lived: Served, stale: dict[str, str]
) -> None:
    visitor = await Visitor.arrive(context, short_lived.origin)
    gone = {**stale, "authsvc_refresh": "r1.none"}
    await context.add_cookies(
        [{"name": name, "value": gone[name], "url": short_lived.origin} for name in gone]
    )
    visitor.refusals.add("401 /auth/refresh")
    await visitor.go("/docs")
    await expect(visitor.page.get_by_role("status")).to_have_text("Sign in to continue.")
    await visitor.sign_in(Account().email, Account().password)
    await visitor.page.wait_for_url(f"{short_lived.origin}/docs")
    assert visitor.faults == []
