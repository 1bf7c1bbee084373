"""The real server in a process of its own, and a real Chromium, once for all page tests."""

import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from factories import GENEROUS
from pages.app_server import app_server
from pages.visitor import Visitor
from serving import Served, serving_cheaply

# Far more than anything takes: a busy machine must not turn a test red.
_ANSWER_WITHIN_MS = 20_000
# Of the server whose access tokens are short-lived, in seconds.
ACCESS_TTL = 2


@dataclass(frozen=True)
class Account:
    """Somebody who has signed up."""

    email: str = "ada@example.com"
    password: str = "a fern under seven moons"
    name: str = "Ada Lovelace"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run the server on an empty data directory."""
    with serving_cheaply(tmp_path_factory.mktemp("pages"), workers=1, **GENEROUS) as served:
        yield served


@pytest.fixture(scope="session")
def origin(served: Served) -> str:
    """Return where it is."""
    return served.origin


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start Chromium."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        package = "chromium-headless-shell"
        pytest.fail(f"page tests need Chromium (Debian: apt-get install {package})", pytrace=False)
    async with async_playwright() as playwright:
        # No sandbox: it does not start as root, and only our own pages are opened.
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def account(origin: str) -> Account:
    """Sign somebody up."""
    account = Account()
    httpx.post(f"{origin}/auth/register", json=vars(account)).raise_for_status()
    return account


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser, origin: str) -> AsyncIterator[Visitor]:
    """Give a visitor nobody knows yet; fail the test over anything that went wrong on its page."""
    expect.set_options(timeout=_ANSWER_WITHIN_MS)
    async with await browser.new_context() as context:
        context.set_default_timeout(_ANSWER_WITHIN_MS)
        visitor = await Visitor.arrive(context, origin)
        yield visitor
        assert visitor.faults == []


@pytest.fixture(scope="session")
def cookies(origin: str, account: Account) -> dict[str, str]:
    """Sign that person in, once: the cookies of a session that no test ends."""
    login = {"email": account.email, "password": account.password}
    return dict(httpx.post(f"{origin}/auth/login", json=login).raise_for_status().cookies)


@pytest_asyncio.fixture(loop_scope="session")
async def reader(visitor: Visitor, cookies: dict[str, str]) -> Visitor:
    """Give a visitor who is signed in."""
    await visitor.page.context.add_cookies(
        [{"name": name, "value": cookies[name], "url": visitor.origin} for name in cookies]
    )
    return visitor


@pytest.fixture(scope="session")
def app_origin() -> Iterator[str]:
    """Serve an application on another origin of the same site, which the next server lists."""
    with app_server() as origin:
        yield origin


@pytest.fixture(scope="session")
def short_lived(tmp_path_factory: pytest.TempPathFactory, app_origin: str) -> Iterator[Served]:
    """Run a server whose access tokens are short-lived, with somebody who has signed up."""
    settings = {
        "access_token_ttl": str(ACCESS_TTL),
        "allowed_origins": app_origin,
        "log_format": "json",
        **GENEROUS,
    }
    with serving_cheaply(tmp_path_factory.mktemp("short-lived"), workers=1, **settings) as served:
        httpx.post(f"{served.origin}/auth/register", json=vars(Account())).raise_for_status()
        yield served


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Run a server where one wrong password, or one renewal in a minute, is enough; with HS256."""
    settings = {
        "access_token_ttl": "1",
        "limit_failures_account_address": "1/5minutes",
        "limit_refreshes": "1/minute",
        "signing_alg": "HS256",
    }
    with serving_cheaply(tmp_path_factory.mktemp("strict"), workers=1, **settings) as served:
        httpx.post(f"{served.origin}/auth/register", json=vars(Account())).raise_for_status()
        yield served


@pytest.fixture(scope="session")
def expired(short_lived: Served) -> str:
    """Give an access token that was genuine."""
    token = _sign_in(short_lived)["authsvc_access"]
    time.sleep(ACCESS_TTL)
    return token


@pytest.fixture
def stale(short_lived: Served, expired: str) -> dict[str, str]:
    """Give the cookies of a new session whose access token has expired already."""
    return {**_sign_in(short_lived), "authsvc_access": expired}


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """Give a browser that nobody has used."""
    async with await browser.new_context() as context:
        context.set_default_timeout(_ANSWER_WITHIN_MS)
        yield context


def _sign_in(served: Served) -> dict[str, str]:
    login = {"email": Account().email, "password": Account().password}
    answer = httpx.post(f"{served.origin}/auth/login", json=login).raise_for_status()
    return dict(answer.cookies)
