"""Tabs of one browser that use `authsvc.js`, and what the server says they have asked of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from playwright.async_api import BrowserContext, Page, Response

from pages.conftest import Account
from serving import Served

# A page of the service without a script of its own.
QUIET_PAGE = "/problems/not-found"
_LOAD = """async ([module, base]) => {
  const { AuthClient } = await import(module);
  globalThis.auth = new AuthClient(base ? { base } : {});
  globalThis.heard = [];
  for (const name of ["signed-in", "renewed", "signed-out"]) {
    auth.addEventListener(name, () => heard.push(name));
  }
}"""
_POLL = """async (ms) => {
  const seen = [];
  const end = performance.now() + ms;
  while (performance.now() < end) {
    seen.push((await auth.fetch("/getProfile")).status);
    await new Promise((go) => setTimeout(go, 80));
  }
  return seen;
}"""
_ASK = """async ([path, init]) => {
  const answer = await auth.fetch(path, init);
  const body = await answer.text();
  return [answer.status, body && JSON.parse(body)];
}"""


@dataclass
class Tab:
    """One page with the client loaded as `auth`, and the answers that its browser has seen."""

    page: Page
    answers: list[str]

    @classmethod
    async def open(
        cls,
        context: BrowserContext,
        address: str,
        module: str = "/static/authsvc.js",
        base: str | None = None,
    ) -> "Tab":
        """Open `address` and load the client from `module`, for the service at `base`."""
        page = await context.new_page()
        tab = cls(page, [])
        page.on("response", tab._note)
        await page.goto(address)
        tab.answers.clear()
        await page.evaluate(_LOAD, [module, base])
        return tab

    async def sign_in(self, account: Account) -> dict[str, Any]:
        """Sign in with the client; what it resolves to."""
        login = "([email, password]) => auth.login(email, password)"
        answer: dict[str, Any] = await self.page.evaluate(login, [account.email, account.password])
        return answer

    async def poll(self, milliseconds: int) -> list[int]:
        """Ask for the profile again and again; the statuses."""
        statuses: list[int] = await self.page.evaluate(_POLL, milliseconds)
        return statuses

    async def ask(self, path: str, **init: object) -> tuple[int, dict[str, Any]]:
        """Ask once; status and body."""
        status, body = await self.page.evaluate(_ASK, [path, init])
        return status, body

    async def until(self, condition: str) -> None:
        """Wait for a condition. Playwright's own way evaluates text, which the page forbids."""
        pause = "await new Promise((go) => setTimeout(go, 20))"
        await self.page.evaluate(f"async () => {{ while (!({condition})) {pause} }}")

    async def heard(self) -> list[str]:
        """The events so far."""
        events: list[str] = await self.page.evaluate("heard")
        return events

    def _note(self, response: Response) -> None:
        if response.request.resource_type == "fetch":
            path = response.url.partition("://")[2].partition("/")[2]
            self.answers.append(f"{response.request.method} /{path} {response.status}")


def end(server: Served, cookies: dict[str, str]) -> None:
    """End a session from elsewhere."""
    httpx.post(f"{server.origin}/auth/logout", cookies=cookies).raise_for_status()


async def enter(context: BrowserContext, server: Served, cookies: dict[str, str]) -> None:
    """Give cookies to a browser."""
    await context.add_cookies(
        [{"name": name, "value": cookies[name], "url": server.origin} for name in cookies]
    )


def requests_for(server: Served, path: str) -> list[dict[str, Any]]:
    """Return the server's log lines about requests for a path, in their order."""
    return [line for line in _log(server, "request") if line["path"] == path]


def renewals_of(server: Served, session_id: str) -> list[datetime]:
    """Return when a session was renewed, as the server's log has it."""
    lines = [line for line in _log(server, "refreshed") if line["session_id"] == session_id]
    return [datetime.fromisoformat(line["timestamp"]) for line in lines]


def _log(server: Served, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in server.said.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]
