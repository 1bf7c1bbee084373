"""`/login` in a real browser: signing up, in and out, refusals, and who can use the page."""

import re

import pytest
from playwright.async_api import Browser, Locator, Route, expect

from pages.conftest import Account
from pages.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "nine lanterns on the quay"
MARKUP = "</script><img src=x onerror=alert(1)>"


def _heading(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("heading", level=1)


async def test_signing_up_ends_signed_in_with_the_profile_shown(visitor: Visitor) -> None:
    await visitor.go("/login")
    await visitor.sign_up("grace@example.com", PASSWORD, "Grace Hopper")
    await expect(_heading(visitor)).to_have_text("Signed in as Grace Hopper")
    await expect(visitor.page.get_by_role("status")).to_have_text("Your account was created.")
    await expect(visitor.page.get_by_text("grace@example.com")).to_be_visible()
    for cookie in await visitor.page.context.cookies():
        assert cookie["httpOnly"], cookie["name"]


async def test_markup_in_a_name_is_text(visitor: Visitor) -> None:
    await visitor.go("/login")
    await visitor.sign_up("markup@example.com", PASSWORD, MARKUP)
    await expect(_heading(visitor)).to_have_text(f"Signed in as {MARKUP}")
    assert await visitor.page.locator("main img").count() == 0


async def test_a_wrong_password_is_told_and_nothing_else(
    visitor: Visitor, account: Account
) -> None:
    visitor.refusals.add("401 /auth/login")
    await visitor.go("/login")
    await visitor.sign_in(account.email, "not the password")
    await expect(visitor.page.get_by_role("status")).to_have_text("Invalid credentials")
    await expect(visitor.field("Password")).to_be_focused()
    assert await visitor.page.context.cookies() == []


async def test_a_refused_sign_up_names_the_field(visitor: Visitor, account: Account) -> None:
    visitor.refusals |= {"409 /auth/register", "422 /auth/register"}
    await visitor.go("/login")
    await visitor.page.get_by_role("button", name="Create an account").click()
    for email, password, label, complaint in (
        ("", PASSWORD, "E-mail", "E-mail is missing."),
        ("ada", PASSWORD, "E-mail", "This is not an e-mail address."),
        ("ada@example", PASSWORD, "E-mail", "Not a valid e-mail address"),
        (account.email, PASSWORD, "E-mail", "An account with this e-mail exists already."),
        ("new@example.com", "seven 7", "Password", "Use at least 8 characters."),
        ("new@example.com", "password", "Password", "one of the passwords"),
    ):
        await visitor.fill_in_sign_up(email, password)
        faulty = visitor.field(label)
        await expect(faulty).to_have_accessible_description(re.compile(re.escape(complaint)))
        await expect(faulty).to_have_attribute("aria-invalid", "true")
        await expect(faulty).to_be_focused()
        await faulty.press("x")
        await expect(faulty).to_have_attribute("aria-invalid", "false")


async def test_signing_in_needs_the_keyboard_only(visitor: Visitor, account: Account) -> None:
    await visitor.go("/login")
    await expect(visitor.page.get_by_role("button", name="Sign in")).to_be_enabled()
    keyboard = visitor.page.keyboard
    await keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert await visitor.page.evaluate(outline) == "solid"
    await keyboard.type(account.email)
    await keyboard.press("Tab")
    await keyboard.type(account.password)
    await keyboard.press("Enter")
    await expect(_heading(visitor)).to_have_text(f"Signed in as {account.name}")
    await expect(_heading(visitor)).to_be_focused()


async def test_signing_out_ends_the_session_and_leads_back_to_the_form(
    visitor: Visitor, account: Account
) -> None:
    await visitor.go("/login")
    await visitor.sign_in(account.email, account.password)
    await visitor.page.get_by_role("button", name="Sign out").click()
    await expect(visitor.page.get_by_role("status")).to_have_text("You are signed out.")
    await expect(_heading(visitor)).to_have_text("Sign in")
    assert await visitor.page.context.cookies() == []
    await visitor.go("/docs")
    assert visitor.page.url == f"{visitor.origin}/login?next=/docs"


async def test_password_managers_find_what_they_look_for(visitor: Visitor) -> None:
    await visitor.go("/login")
    found = await visitor.page.evaluate(
        "[...document.querySelectorAll('input')].map((i) => [i.id, i.type, i.autocomplete])"
    )
    assert found == [
        ["sign-in-email", "email", "username"],
        ["sign-in-password", "password", "current-password"],
        ["sign-up-name", "text", "name"],
        ["sign-up-email", "email", "username"],
        ["sign-up-password", "password", "new-password"],
    ]


async def test_a_password_is_shown_only_until_it_is_sent(visitor: Visitor) -> None:
    visitor.refusals.add("401 /auth/login")
    await visitor.go("/login")
    password = visitor.field("Password")
    await password.fill(PASSWORD)
    await visitor.page.get_by_role("button", name="Show password").click()
    await expect(password).to_have_attribute("type", "text")
    await visitor.sign_in("nobody@example.com", PASSWORD)
    await expect(password).to_have_attribute("type", "password")
    await expect(visitor.page.get_by_role("button", name="Show password")).to_be_visible()
    await expect(visitor.page.get_by_role("status")).to_have_text("Invalid credentials")


async def test_a_lost_connection_is_told(visitor: Visitor) -> None:
    await visitor.go("/login")
    await visitor.page.wait_for_load_state("networkidle")
    await visitor.page.context.set_offline(offline=True)
    await visitor.sign_in("ada@example.com", PASSWORD)
    await expect(visitor.page.get_by_role("status")).to_contain_text("did not answer")
    assert len(visitor.faults) == 1
    assert "ERR_INTERNET_DISCONNECTED" in visitor.faults.pop()


async def test_without_its_script_the_page_sends_nothing(visitor: Visitor) -> None:
    async def break_off(route: Route) -> None:
        await route.fulfill(status=200, content_type="text/javascript", body="")

    await visitor.page.route("**/static/login.js", break_off)
    await visitor.go("/login")
    await visitor.field("E-mail").fill("ada@example.com")
    await visitor.field("Password").fill(PASSWORD)
    await visitor.field("Password").press("Enter")
    await expect(visitor.page.get_by_role("button", name="Sign in")).to_be_disabled()
    assert visitor.page.url == f"{visitor.origin}/login"
    methods = "[...document.forms].map((form) => form.method)"
    assert await visitor.page.evaluate(methods) == ["post", "post"]


async def test_without_javascript_the_page_says_so(browser: Browser, origin: str) -> None:
    async with await browser.new_context(java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(f"{origin}/login")
        await expect(page.locator("noscript p")).to_contain_text("This page needs JavaScript")


async def test_nothing_is_cut_off(reader: Visitor) -> None:
    for path in ("/login", "/problems/invalid-credentials"):
        await reader.go(path)
        for width in (320, 360, 1440):
            await reader.page.set_viewport_size({"width": width, "height": 740})
            widest = await reader.page.evaluate("document.documentElement.scrollWidth")
            assert widest == width, path
