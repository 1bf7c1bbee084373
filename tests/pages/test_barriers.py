"""Who can use the pages: nobody is shut out by colour, width, keyboard or screen reader."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Page, expect

from pages.conftest import Account
from pages.scenes import Scenes
from pages.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# `make test` has it fetched, by scripts/fetch_axe.py.
AXE = Path(sys.prefix) / "share/axe-core/axe.min.js"
SERIOUS = {"serious", "critical"}
# All rules on a narrow page in one theme; in the other, on a wide page, those about colours.
VIEWS: Sequence[tuple[Literal["light", "dark"], int, str]] = (
    ("light", 360, "{resultTypes: ['violations']}"),
    ("dark", 1440, "{resultTypes: ['violations'], runOnly: ['color-contrast']}"),
)
LIMIT = 150_000


async def _barriers(page: Page) -> list[dict[str, Any]]:
    """Return what axe finds serious, and what is wider than the window."""
    if not AXE.exists():
        pytest.fail("axe-core is not there: run make axe", pytrace=False)
    await page.evaluate(AXE.read_text("utf-8"))
    found = []
    for theme, width, rules in VIEWS:
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await page.set_viewport_size({"width": width, "height": 900})
        report = await page.evaluate(f"axe.run({rules})")
        found += [
            {"rule": v["id"], "nodes": [n["html"] for n in v["nodes"]], "at": (theme, width)}
            for v in report["violations"]
            if v["impact"] in SERIOUS
        ]
        over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [{"sticks out by": over, "at": (theme, width)}] if over > 0 else []
    return found


async def test_nothing_on_the_page_shuts_anybody_out(visitor: Visitor) -> None:
    scenes = await Scenes.open(visitor)
    await scenes.run("barriers@example.com", "nine lanterns on the quay", "W" * 100)
    await scenes.press("try-theft", "Steal one, and use it")
    await scenes.press("devices", "Show my sessions")
    unfold = "for (const one of document.querySelectorAll('.exchange')) one.open = true"
    await visitor.page.evaluate(unfold)
    assert await _barriers(visitor.page) == []


async def test_nothing_on_the_other_pages_does(visitor: Visitor, account: Account) -> None:
    await visitor.go("/problems/weak-password")
    assert await _barriers(visitor.page) == []
    await visitor.go("/login")
    await expect(visitor.page.get_by_role("button", name="Sign in")).to_be_enabled()
    assert await _barriers(visitor.page) == []
    await visitor.sign_in(account.email, account.password)
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("Signed in as")
    assert await _barriers(visitor.page) == []


async def test_the_six_steps_need_the_keyboard_only(visitor: Visitor) -> None:
    scenes = await Scenes.open(visitor)
    keyboard = visitor.page.keyboard
    await keyboard.press("Tab")
    await expect(visitor.page.get_by_role("link", name="Skip to the steps")).to_be_focused()
    await keyboard.press("Enter")
    await expect(visitor.page.locator("main")).to_be_focused()
    await keyboard.press("Tab")
    await expect(scenes.panel("person").get_by_label("E-mail")).to_be_focused()
    await keyboard.press("Enter")
    await scenes.is_done()
    assert await scenes.verdict("person") == "good: All six steps ran: scroll on."


async def test_the_page_is_light_and_comes_from_here_alone(visitor: Visitor) -> None:
    sizes: dict[str, int] = {}
    visitor.page.on("response", lambda answer: sizes.update({answer.url: 0}))
    await Scenes.open(visitor)
    await visitor.page.wait_for_load_state("networkidle")
    for url in sizes:
        assert url.startswith(f"{visitor.origin}/")
        answer = await visitor.page.request.get(url)
        sizes[url] = len(await answer.body())
    assert {Path(url).suffix for url in sizes} >= {".js", ".css", ".svg"}
    assert sum(sizes.values()) < LIMIT, json.dumps(sizes, indent=1)
