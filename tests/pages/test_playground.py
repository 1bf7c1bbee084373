"""`/` in a real browser: the six steps, and that the page says what the server did."""

import asyncio
import re
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from pages.conftest import Account
from pages.scenes import Scenes, decoded
from pages.visitor import Visitor
from serving import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

PASSWORD = "nine lanterns on the quay"
MARKUP = "</script><img src=x onerror=alert(1)>"


@pytest_asyncio.fixture(loop_scope="session")
async def scenes(visitor: Visitor) -> Scenes:
    """Open the page."""
    return await Scenes.open(visitor)


async def test_the_six_steps_are_what_the_server_did(scenes: Scenes) -> None:
    await scenes.run("walker@example.com", PASSWORD, MARKUP)
    assert await scenes.verdict("person") == "good: All six steps ran: scroll on."
    page = scenes.page
    assert await scenes.shown("step-1") == ["POST /auth/login 200"]
    assert PASSWORD not in (await page.locator("body").text_content() or "")
    assert sorted(await scenes.shown("step-2")) == [
        "POST /auth/login 200",
        "POST /auth/login 401",
        "POST /auth/login 401",
    ]
    assert "the same answer, byte for byte" in await scenes.verdict("step-2")
    for bar in await page.locator("#bars progress").all():
        assert float(await bar.get_attribute("value") or 0) > 0
    await _the_token_is_the_servers(scenes)
    await _the_cookies_are_the_browsers(scenes)
    assert await scenes.shown("step-5") == ["GET /getProfile 200"]
    await expect(page.locator("#profile")).to_contain_text(MARKUP)
    await expect(page.locator("#who")).to_have_text(f"Signed in as {MARKUP}")
    assert await page.locator("main img").count() == 0
    assert await scenes.shown("step-6") == ["GET /getProfile 200", "GET /getProfile 401"]
    assert "payload changed: 401 invalid-token" in await scenes.verdict("step-6")
    await expect(page.locator(".journey a[data-done=good]")).to_have_count(6)


async def _the_token_is_the_servers(scenes: Scenes) -> None:
    page = scenes.page
    token = await page.locator("#token-raw").inner_text()
    assert [token] == [answer["access_token"] for answer in await scenes.bodies("/auth/token")]
    header, payload = (decoded(part) for part in token.split(".")[:2])
    for name, value in (header | payload).items():
        line = page.locator(".claims button", has=page.get_by_text(name, exact=True))
        await expect(line).to_contain_text(str(value[0] if name == "amr" else value))
    assert await scenes.shown("step-3") == [
        "POST /auth/token 200",
        "GET /.well-known/jwks.json 200",
    ]
    (keys,) = await scenes.bodies("/.well-known/jwks.json")
    shown = await page.locator("#keys li").evaluate_all(
        "(all) => all.map((one) => one.dataset.kid)"
    )
    assert shown == [key["kid"] for key in keys["keys"]]
    await expect(page.locator("#keys mark")).to_have_text(header["kid"])
    assert "verified the signature with nothing but the public key" in (
        await scenes.verdict("step-3")
    )


async def _the_cookies_are_the_browsers(scenes: Scenes) -> None:
    rows = scenes.page.locator("#step-4 tbody tr")
    kept = {cookie["name"]: cookie for cookie in await scenes.context.cookies()}
    assert set(await rows.locator("[data-cookie]").all_inner_texts()) == set(kept)
    for row in await rows.all():
        cookie = kept[await row.locator("[data-cookie]").inner_text()]
        assert cookie["httpOnly"]
        told = f"HttpOnly; SameSite={cookie['sameSite']}; Path={cookie['path']}"
        await expect(row).to_contain_text(told)
    assert await scenes.verdict("step-4") == "good: They are there, and this page cannot read them."
    assert await scenes.shown("step-4") == ["GET /getProfile 200"]


async def test_a_character_of_any_part_is_enough_and_every_claim_is_explained(
    scenes: Scenes, account: Account
) -> None:
    await scenes.fill_in(account.email, account.password)
    await scenes.press("step-3", "Get a token to look at")
    for part in ("header", "signature"):
        await scenes.page.get_by_label("changed in the").select_option(label=part)
        verdict = await scenes.press("step-6", "Send both")
        assert verdict.startswith("good: As it is: 200.")
        assert f"{part} changed: 401 invalid-token" in verdict
    explained = scenes.page.locator("#explained")
    for line in await scenes.page.locator(".claims button").all():
        name = await line.locator(".name").inner_text()
        await line.focus()
        await expect(explained).to_have_text(re.compile(rf"^{name} \w.{{10,}}"))
        description = (await explained.inner_text()).removeprefix(f"{name} ")
        await expect(line).to_have_accessible_description(description)
    await scenes.page.locator(".claims button", has_text="alg").hover()
    await expect(explained).to_have_text(re.compile("^alg "))


async def test_what_is_copied_as_curl_gets_the_same_answer(scenes: Scenes, tmp_path: Path) -> None:
    await scenes.context.grant_permissions(["clipboard-read", "clipboard-write"])
    me = {"email": "it's@example.com", "password": "nobody's lantern on the quay"}
    await scenes.context.request.post(f"{scenes.visitor.origin}/auth/register", data=me)
    await scenes.fill_in(**me)
    await scenes.press("step-1", "Sign in")
    await scenes.press("step-5", "Ask for the profile")
    await scenes.press("step-6", "Send both")
    # Curl keeps the cookies of its own sign-in.
    for panel, status in (("step-1", "200 OK"), ("step-5", "200 OK"), ("step-6", "401 Unau")):
        exchange = scenes.panel(panel).locator(".exchange").last
        await exchange.get_by_role("button", name="Copy as curl").click()
        await expect(exchange.get_by_role("button", name="Copied")).to_be_visible()
        command = await scenes.page.evaluate("navigator.clipboard.readText()")
        process = await asyncio.create_subprocess_shell(
            command, cwd=tmp_path, stdout=PIPE, stderr=DEVNULL
        )
        out, _ = await process.communicate()
        assert out.decode().startswith(f"HTTP/1.1 {status}"), command


async def test_the_start_says_where_it_is(scenes: Scenes, served: Served) -> None:
    assert f"watch it    {scenes.visitor.origin}/ " in served.said
    assert "access tokens last 900 seconds" in served.said
