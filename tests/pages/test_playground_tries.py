"""`/` in a real browser: every thing to try, one's devices and one's password."""

import asyncio
import re
from asyncio.subprocess import PIPE

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, expect

from pages.conftest import ACCESS_TTL, Account
from pages.scenes import Scenes
from pages.visitor import Visitor
from serving import PROGRAM, Served, environment

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRIER = Account("trier@example.com", "nine lanterns on the quay", "Tri")


@pytest.fixture(scope="module")
def trier(origin: str) -> Account:
    """Sign somebody up."""
    httpx.post(f"{origin}/auth/register", json=vars(TRIER)).raise_for_status()
    return TRIER


@pytest_asyncio.fixture(loop_scope="session")
async def scenes(visitor: Visitor, trier: Account) -> Scenes:
    """Open the page as somebody who has signed in there."""
    scenes = await Scenes.open(visitor)
    await scenes.fill_in(trier.email, trier.password)
    await scenes.press("step-1", "Sign in")
    return scenes


async def test_a_token_that_has_expired_is_renewed_before_your_eyes(
    context: BrowserContext, short_lived: Served
) -> None:
    visitor = await Visitor.arrive(context, short_lived.origin)
    scenes = await Scenes.open(visitor)
    await expect(scenes.page.locator("#who")).to_have_text("Nobody is signed in here")
    await scenes.fill_in(Account().email, Account().password)
    await scenes.press("step-1", "Sign in")
    await expect(scenes.page.locator("#clock-left")).to_have_text("expired")
    assert "Refused once (token-expired)" in await scenes.press("try-expiry", "Ask for the profile")
    assert await scenes.shown("try-expiry") == [
        "GET /getProfile 401",
        "POST /auth/refresh 200",
        "GET /getProfile 200",
    ]
    assert await scenes.press("try-expiry", "Renew now") == (
        "good: Renewed: both cookies are new, and the session goes on."
    )
    left = await scenes.page.locator("#expiry-left").inner_text()
    assert left in {f"0:0{seconds}" for seconds in range(ACCESS_TTL + 1)}
    assert visitor.faults == []


async def test_a_token_is_worth_nothing_after_the_logout(scenes: Scenes) -> None:
    verdict = await scenes.press("try-logout", "Get a token, log it out, use it")
    assert verdict == "good: The token is genuine and in time, and still: 401 session-ended."
    assert await scenes.shown("try-logout") == [
        "POST /auth/token 200",
        "GET /getProfile 200",
        "POST /auth/revoke 200",
        "GET /getProfile 401",
    ]


async def test_two_tabs_that_renew_at_once_both_live(scenes: Scenes) -> None:
    async with scenes.context.expect_page() as opened:
        verdict = await scenes.press("try-tabs", "Open a second tab, renew in both")
    assert verdict == (
        "good: This tab renewed: 200, then /getProfile: 200. "
        "The other tab renewed: 200, then /getProfile: 200. Both live."
    )
    other = (await opened.value).locator("#try-tabs .verdict")
    await expect(other).to_contain_text("second tab. Renewed: 200, then /getProfile: 200")
    assert await scenes.shown("try-tabs") == ["POST /auth/refresh 200", "GET /getProfile 200"]


async def test_a_stolen_refresh_token_raises_the_alarm(scenes: Scenes, served: Served) -> None:
    before = served.said.count("refresh_reuse")
    verdict = await scenes.press("try-theft", "Steal one, and use it")
    assert verdict.startswith("alarm: Alarm: a refresh token was used twice.")
    assert await scenes.shown("try-theft") == [
        "POST /auth/token 200",
        "POST /auth/token 200",
        "POST /auth/token 200",
        "POST /auth/token 400",
        "GET /getProfile 401",
    ]
    assert served.said.count("refresh_reuse") == before + 1


async def test_the_docs_are_guarded_until_one_signs_in(scenes: Scenes) -> None:
    button = "Ask without and with cookies"
    verdict = await scenes.press("try-docs", button)
    assert verdict == "good: Without cookies: led to /login, 200. With them: /docs, 200."
    assert await scenes.shown("try-docs") == ["GET /docs 200", "GET /docs 200"]
    await scenes.page.get_by_role("button", name="Sign out").click()
    await expect(scenes.page.locator("#who")).to_have_text("Nobody is signed in here")
    await scenes.is_done()
    assert "bad: Without cookies: led to /login, 200. With them: led to /login" in (
        await scenes.press("try-docs", button)
    )


async def test_a_rotated_key_appears_and_the_old_token_stays_good(
    scenes: Scenes, served: Served
) -> None:
    assert "good: Watching: " in await scenes.press("try-rotate", "Watch the key set")
    before = await scenes.page.locator("#watched li").count()
    settings = environment(data_dir=str(served.log.parent / "data"), public_url=served.origin)
    rotate = await asyncio.create_subprocess_exec(
        *PROGRAM, "keys", "rotate", env=settings, stdout=PIPE
    )
    out, _ = await rotate.communicate()
    new = out.decode().split()[0]
    verdict = scenes.panel("try-rotate").locator(".verdict")
    await expect(verdict).to_contain_text(f"The key set changed: {before + 1} keys now. New: {new}")
    await expect(verdict).to_contain_text("The token that the old key had signed: 200.")
    await expect(scenes.page.locator("#watched li")).to_have_count(before + 1)
    assert await scenes.shown("try-rotate") == ["GET /getProfile 200"]
    await expect(scenes.page.get_by_role("button", name="Watch the key set")).to_be_visible()


async def test_devices_are_listed_and_ended(scenes: Scenes) -> None:
    await scenes.press("step-3", "Get a token to look at")
    await scenes.press("devices", "Show my sessions")
    items = (await scenes.bodies("/sessions"))[-1]["items"]
    devices = scenes.page.locator("#sessions li")
    listed = [await device.get_attribute("data-session") for device in await devices.all()]
    assert listed == [item["id"] for item in items]
    (own,) = [item["id"] for item in items if item["is_current"]]
    (shown,) = [claims["sid"] for claims in [await scenes.claims_shown()]]
    await scenes.page.locator(f"[data-end='{shown}']").click()
    await scenes.is_done()
    assert await scenes.shown("devices") == [f"DELETE /sessions/{shown} 204", "GET /sessions 200"]
    verdict = await scenes.press("step-6", "Send both")
    assert verdict == "bad: As it is: 401 session-ended. Step 3 gets another token."
    assert await scenes.press("devices", "End all others") == "good: All others are over."
    await expect(devices).to_have_count(1)
    scenes.visitor.refusals.add("401 /sessions")
    await scenes.page.locator(f"[data-end='{own}']").click()
    await expect(scenes.page.locator("#who")).to_have_text("Nobody is signed in here")


async def test_the_password_is_changed_by_who_knows_it(scenes: Scenes, trier: Account) -> None:
    form = scenes.panel("change")
    for present, verdict in (("not the password", "bad: "), (trier.password, "good: Changed.")):
        await form.get_by_label("Present password").fill(present)
        await form.get_by_label("New password").fill("four lamps beside the canal")
        assert (await scenes.press("change", "Change it")).startswith(verdict)
    assert await scenes.shown("change") == ["POST /auth/password 204"]
    # The page goes on with the new one.
    assert (await scenes.press("step-1", "Sign in")).startswith("good: ")
    await form.get_by_label("Present password").fill("four lamps beside the canal")
    await form.get_by_label("New password").fill(trier.password)
    assert (await scenes.press("change", "Change it")).startswith("good: ")


async def test_a_shared_secret_and_too_many_tries_are_told(
    context: BrowserContext, strict: Served
) -> None:
    scenes = await Scenes.open(await Visitor.arrive(context, strict.origin))
    scenes.visitor.refusals |= {"429 /auth/login", "404 /.well-known/jwks.json"}
    await scenes.fill_in(Account().email, Account().password)
    assert (await scenes.press("step-1", "Sign in")).startswith("good: ")
    assert "HS256. There is no public key" in await scenes.press("step-3", "Get a token to look at")
    button = "Try all three, and measure"
    first, second = [await scenes.press("step-2", button) for _ in range(2)]
    assert re.fullmatch(r"bad: .*Too many attempts.* Come again in \d+ s\.", second), (
        first,
        second,
    )
    assert "POST /auth/login 429" in await scenes.shown("step-2")
    assert scenes.visitor.faults == []
