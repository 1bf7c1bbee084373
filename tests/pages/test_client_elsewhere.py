"""`authsvc.js` on another origin of the same site, with requests that are hard to repeat."""

import asyncio

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Route

from pages.app_server import app_server
from pages.conftest import Account
from pages.tabs import QUIET_PAGE, Tab, enter
from serving import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADA = Account()
MARY = Account("mary@example.com", "engines of difference", "Mary")
ACCESS = "authsvc_access"
RENEWED = ["{} 401", "POST /auth/refresh 200", "{} 200"]
LOGIN = (
    "auth.login('ada@example.com', 'a guess').catch((e) => [e.name, e.slug, e.status, e.message])"
)


@pytest_asyncio.fixture(loop_scope="session")
async def app(context: BrowserContext, short_lived: Served, app_origin: str) -> Tab:
    """Open a page of another origin that uses the client."""
    return await Tab.open(context, f"{app_origin}/", "/authsvc.js", short_lived.origin)


async def test_a_page_of_a_listed_origin_signs_in_renews_and_signs_out(
    context: BrowserContext, app: Tab, short_lived: Served, expired: str
) -> None:
    refused = await app.page.evaluate(LOGIN)
    assert refused == [
        "Refused",
        "invalid-credentials",
        401,
        "The e-mail address or the password is wrong.",
    ]
    assert (await app.sign_in(ADA))["profile"]["email"] == ADA.email
    assert (await app.ask("/getProfile"))[1]["email"] == ADA.email
    await enter(context, short_lived, {ACCESS: expired})
    app.answers.clear()
    assert (await app.ask("/getProfile"))[0] == 200
    assert app.answers == [line.format("GET /getProfile") for line in RENEWED]
    await app.page.evaluate("auth.logout()")
    assert await context.cookies() == []
    assert await app.heard() == ["signed-in", "renewed", "signed-out"]


async def test_an_account_is_made_or_the_refusal_says_what_is_wrong(app: Tab) -> None:
    profile = await app.page.evaluate("(account) => auth.register(account)", vars(MARY))
    assert (profile["email"], profile["name"]) == (MARY.email, MARY.name)
    again = "(account) => auth.register(account).catch((e) => [e.slug, e.retryAfter])"
    assert await app.page.evaluate(again, vars(MARY)) == ["email-taken", None]
    assert await app.page.evaluate(again, {**vars(MARY), "name": 7}) == ["validation-failed", None]


async def test_a_page_of_another_origin_gets_nowhere(
    context: BrowserContext, short_lived: Served
) -> None:
    with app_server() as origin:
        tab = await Tab.open(context, f"{origin}/", "/authsvc.js", short_lived.origin)
        with pytest.raises(Exception, match="Failed to fetch"):
            await tab.sign_in(ADA)
    assert await context.cookies() == []


async def test_answers_of_other_servers_and_to_own_tokens_are_left_alone(
    context: BrowserContext, app: Tab, app_origin: str, short_lived: Served, stale: dict[str, str]
) -> None:
    await enter(context, short_lived, stale)
    assert (await app.ask(f"{app_origin}/api"))[0] == 401
    own = {"Authorization": f"Bearer {stale[ACCESS]}"}
    assert (await app.ask("/getProfile", headers=own))[1]["title"] == "The token has expired"
    assert app.answers == ["GET /api 401", "GET /getProfile 401"]


async def test_a_body_is_sent_again(
    context: BrowserContext, app: Tab, short_lived: Served, stale: dict[str, str]
) -> None:
    for n, send in enumerate(
        (
            "auth.fetch('/profile', {...as, body})",
            "auth.fetch('/profile', {...as, body: new Blob([body])})",
            "auth.fetch(new URL('/profile', base), {...as, body: new TextEncoder().encode(body)})",
            "auth.fetch(new Request(`${base}/profile`, {...as, body}))",
        )
    ):
        await enter(context, short_lived, stale if n == 0 else {ACCESS: stale[ACCESS]})
        app.answers.clear()
        script = f"""async ([base, body]) => {{
          const as = {{ method: "PATCH", headers: {{ "Content-Type": "application/json" }} }};
          return (await (await {send}).json()).name;
        }}"""
        body = f'{{"name": "Ada {n}"}}'
        assert await app.page.evaluate(script, [short_lived.origin, body]) == f"Ada {n}"
        assert app.answers == [line.format("PATCH /profile") for line in RENEWED], send


async def test_a_401_that_a_proxy_writes_is_understood_by_its_header(
    context: BrowserContext, short_lived: Served, stale: dict[str, str]
) -> None:
    await enter(context, short_lived, stale)
    tab = await Tab.open(context, short_lived.origin + QUIET_PAGE)

    async def as_a_proxy(route: Route) -> None:
        answer = await route.fetch()
        if answer.status == 401:
            await route.fulfill(response=answer, body="<h1>401</h1>", content_type="text/html")
        else:
            await route.fulfill(response=answer)

    await tab.page.route("**/getProfile", as_a_proxy)
    assert (await tab.ask("/getProfile"))[0] == 200
    assert tab.answers == [line.format("GET /getProfile") for line in RENEWED]


async def test_signing_in_waits_for_another_tabs_renewal(
    context: BrowserContext, short_lived: Served, stale: dict[str, str]
) -> None:
    await enter(context, short_lived, stale)
    renewing, signing_in = [
        await Tab.open(context, short_lived.origin + QUIET_PAGE) for _ in range(2)
    ]
    is_asked, is_released = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        is_asked.set()
        await is_released.wait()
        await route.fulfill(response=answer)

    await renewing.page.route("**/auth/refresh", hold)
    asking = asyncio.create_task(renewing.ask("/getProfile"))
    await is_asked.wait()
    sent: list[str] = []
    signing_in.page.on("request", lambda request: sent.append(request.url))
    entering = asyncio.create_task(signing_in.sign_in(ADA))
    await signing_in.until("(await navigator.locks.query()).pending.length")
    assert sent == []
    is_released.set()
    await entering
    # The old session's cookies did not come last.
    assert (await signing_in.ask("/getProfile"))[0] == 200
    assert (await asking)[0] in {200, 401}


async def test_what_one_person_asked_is_not_asked_again_as_another(
    context: BrowserContext, short_lived: Served, stale: dict[str, str]
) -> None:
    other = {**vars(MARY), "email": "grace@example.com"}
    async with httpx.AsyncClient(base_url=short_lived.origin) as client:
        (await client.post("/auth/register", json=other)).raise_for_status()
    await enter(context, short_lived, stale)
    asking, changing = [await Tab.open(context, short_lived.origin + QUIET_PAGE) for _ in range(2)]
    is_refused, is_released = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        is_refused.set()
        await is_released.wait()
        await route.fulfill(response=answer)

    await asking.page.route("**/profile", hold)
    patch = {"method": "PATCH", "body": '{"name": "Ada"}'}
    patched = asyncio.create_task(
        asking.ask("/profile", headers={"Content-Type": "application/json"}, **patch)
    )
    await is_refused.wait()
    await changing.sign_in(Account(**other))
    await asking.until("heard.includes('signed-in')")
    is_released.set()
    assert (await patched)[0] == 401
    assert asking.answers == ["PATCH /profile 401"]
