"""Somebody at "Behind the scenes", and what the server really answered while they were there."""

import base64
import json
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Locator, Request, Response, expect

from pages.visitor import Visitor

# Refusals are what the page is about; browsers log each of them.
REFUSALS = {
    "400 /auth/token",
    "401 /auth/login",
    "401 /auth/refresh",
    "401 /getProfile",
    "403 /auth/password",
}


class Scenes:
    """A visitor's page, and every answer of the server by its request id."""

    def __init__(self, visitor: Visitor) -> None:
        """Watch a visitor: `open` does so."""
        self.visitor = visitor
        self.page = visitor.page
        self.answers: dict[str, Response] = {}

    @classmethod
    async def open(cls, visitor: Visitor) -> Self:
        """Go to the page, and wait until it can be used."""
        scenes = cls(visitor)
        visitor.refusals |= REFUSALS
        visitor.page.on("response", scenes._note)
        await visitor.go("/")
        await expect(visitor.page.get_by_role("button", name="Run all six steps")).to_be_enabled()
        return scenes

    @property
    def context(self) -> BrowserContext:
        """The browser."""
        return self.page.context

    def panel(self, name: str) -> Locator:
        """Find a panel by its id."""
        return self.page.locator(f"#{name}")

    async def is_done(self) -> None:
        """Wait until the page has done what was asked."""
        await expect(self.page.locator("main")).to_have_attribute("aria-busy", "false")

    async def press(self, name: str, button: str) -> str:
        """Press a button in a panel; the verdict, after its kind."""
        await self.panel(name).get_by_role("button", name=button, exact=True).click()
        await self.is_done()
        return await self.verdict(name)

    async def verdict(self, name: str) -> str:
        """Read what a panel says, after the kind of it."""
        verdict = self.panel(name).locator(".verdict").first
        return f"{await verdict.get_attribute('data-kind')}: {await verdict.inner_text()}"

    async def fill_in(self, email: str, password: str, name: str = "") -> None:
        """Fill in who signs in."""
        for label, value in (("E-mail", email), ("Password", password), ("Name (optional)", name)):
            await self.panel("person").get_by_label(label, exact=True).fill(value)

    async def run(self, email: str, password: str, name: str = "") -> None:
        """Fill in who signs in, and run all six steps."""
        await self.fill_in(email, password, name)
        await self.page.get_by_role("button", name="Run all six steps").click()
        await self.is_done()

    async def shown(self, name: str) -> list[str]:
        """Return what a panel shows as having travelled, each as `METHOD path status`.

        Each is compared with what the server did: the answer with that request id.
        """
        exchanges = await self.panel(name).locator(".exchange").all()
        return [await self._compared(exchange) for exchange in exchanges]

    async def claims_shown(self) -> dict[str, Any]:
        """Read the claims of the token that is shown."""
        return decoded((await self.page.locator("#token-raw").inner_text()).split(".")[1])

    async def bodies(self, path: str) -> list[dict[str, Any]]:
        """Return what the server has answered for a path."""
        answers = [a for a in self.answers.values() if urlsplit(a.url).path == path]
        return [json.loads(await answer.text()) for answer in answers]

    async def _compared(self, exchange: Locator) -> str:
        # Also of what is folded in, which has no inner text.
        halves = await exchange.locator("pre").all()
        told, shown = [await half.text_content() or "" for half in halves]
        lines = shown.split("\n\n")[0].splitlines()
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        answer = self.answers[headers["X-Request-Id"]]
        method, path = told.splitlines()[0].split(" ", 1)
        assert (method, path.partition("?")[0]) == (
            answer.request.method,
            urlsplit(_first(answer.request).url).path,
        )
        assert f"{answer.status} {answer.status_text}" in lines[0]
        real = await answer.all_headers()
        for name, value in headers.items():
            if name != "Set-Cookie":
                assert real[name.lower()] == value, name
        assert ("set-cookie" in real) == ("Set-Cookie" in headers)
        _compare_bodies(shown.partition("\n\n")[2], await answer.text())
        return f"{method} {path} {answer.status}"

    def _note(self, response: Response) -> None:
        self.answers[response.headers.get("x-request-id", "")] = response


def _first(request: Request) -> Request:
    """Return the request that was sent first, before being led elsewhere."""
    return _first(request.redirected_from) if request.redirected_from else request


def _compare_bodies(shown: str, sent: str) -> None:
    if sent.startswith(("{", "[")):
        sent = json.dumps(json.loads(sent), indent=2, ensure_ascii=False)
    beginning = shown.partition("\n… ")[0]
    assert sent.replace("\r", "").startswith(beginning)
    assert beginning == sent or "more characters" in shown


def decoded(part: str) -> dict[str, Any]:
    """Read a part of a token."""
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return claims
