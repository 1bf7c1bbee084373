"""A person at a browser: one page of their own, and a record of everything that went wrong on it.

`conftest.py` makes one for each test and holds the record against it at the end.
"""

import re
from typing import Self
from urllib.parse import urlsplit

from playwright.async_api import (
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Error,
    Locator,
    Page,
    Request,
    Route,
)

_REFUSAL = re.compile(r"^Failed to load resource: the server responded with a status of (\d+) ")
_NOTE_VIOLATIONS = (
    "addEventListener('securitypolicyviolation',"
    " (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`))"
)


class Visitor:
    """A page on `origin`, watched: console, script errors, dialogues, requests to elsewhere."""

    def __init__(self, page: Page, origin: str) -> None:
        """Take over a page that nobody has used yet: `arrive` does so."""
        self.page = page
        self.origin = origin
        self.faults: list[str] = []
        # Browsers log every refused request. "Nobody is signed in" is part of the sign-in page.
        self.refusals = {"401 /getProfile"}

    @classmethod
    async def arrive(cls, context: BrowserContext, origin: str) -> Self:
        """Open a page in a context and begin to watch it."""
        visitor = cls(await context.new_page(), origin)
        page = visitor.page
        page.on("console", visitor._console)
        page.on("dialog", visitor._dialog)
        page.on("pageerror", visitor._page_error)
        page.on("request", visitor._request)
        await page.add_init_script(_NOTE_VIOLATIONS)
        await context.route(lambda url: not url.startswith(f"{origin}/"), _cut_off)
        return visitor

    async def go(self, path: str) -> None:
        """Open a path of the service."""
        await self.page.goto(self.origin + path)

    def field(self, label: str) -> Locator:
        """Find a field of the form that is shown."""
        return self.page.locator("form:visible").get_by_label(label, exact=True)

    async def sign_in(self, email: str, password: str) -> None:
        """Fill in the sign-in form and send it off."""
        await self.field("E-mail").fill(email)
        await self.field("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def sign_up(self, email: str, password: str, name: str = "") -> None:
        """Turn to the sign-up form, fill it in and send it off."""
        await self.page.get_by_role("button", name="Create an account").click()
        await self.fill_in_sign_up(email, password, name)

    async def fill_in_sign_up(self, email: str, password: str, name: str = "") -> None:
        """Fill in the sign-up form, which is shown already, and send it off."""
        await self.field("Name (optional)").fill(name)
        await self.field("E-mail").fill(email)
        await self.field("Password").fill(password)
        await self.page.get_by_role("button", name="Create account").click()

    async def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialogue: {dialog.message}")
        await dialog.dismiss()

    def _console(self, message: ConsoleMessage) -> None:
        refusal = _REFUSAL.match(message.text)
        where = urlsplit(message.location["url"]).path
        if refusal and f"{refusal[1]} {where}" in self.refusals:
            return
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text} ({where})")

    def _page_error(self, error: Error) -> None:
        self.faults.append(f"script: {error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:")):
            self.faults.append(f"request to elsewhere: {request.url}")


async def _cut_off(route: Route) -> None:
    await route.abort()
