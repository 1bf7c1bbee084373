"""`/docs` and `/redoc` in a real browser: they render from local files alone, and can be used."""

import httpx
import pytest
from playwright.async_api import Locator, expect

from pages.conftest import Account
from pages.visitor import Visitor

in_session = pytest.mark.asyncio(loop_scope="session")


async def _try_profile(reader: Visitor) -> tuple[Locator, dict[str, str]]:
    """Execute `GET /profile`: the operation as it then stands, and the headers that were sent."""
    operation = reader.page.locator('.opblock:has([data-path="/profile"])').first
    if not await operation.get_by_role("button", name="Execute").is_visible():
        await operation.locator(".opblock-summary-control").click()
    async with reader.page.expect_request("**/profile") as sent:
        await operation.get_by_role("button", name="Execute").click()
    request = await sent.value
    return operation.locator(".live-responses-table"), await request.all_headers()


@in_session
async def test_swagger_ui_tries_things_out_by_cookie(reader: Visitor, account: Account) -> None:
    await reader.go("/docs")
    answer, headers = await _try_profile(reader)
    await expect(answer.locator(".response-col_status").last).to_contain_text("200")
    await expect(answer).to_contain_text(account.email)
    assert "authorization" not in headers


@in_session
async def test_authorize_takes_a_password_and_sends_a_bearer_token(reader: Visitor) -> None:
    other = {"email": "mary@example.com", "password": "engines of difference"}
    await reader.page.request.post(f"{reader.origin}/auth/register", data=other)
    await reader.go("/docs")
    await reader.page.get_by_role("button", name="Authorize").first.click()
    # The form of /auth/token; clients of other services have one of their own beside it.
    dialogue = reader.page.locator(".dialog-ux .auth-container", has_text="/auth/token")
    await dialogue.get_by_label("username").fill(other["email"])
    await dialogue.get_by_label("password").fill(other["password"])
    async with reader.page.expect_request("**/auth/token") as asked:
        await dialogue.get_by_role("button", name="Apply given OAuth2 credentials").click()
    assert "authorization" not in await (await asked.value).all_headers()
    await expect(dialogue.get_by_role("button", name="Remove authorization")).to_be_visible()
    await dialogue.get_by_role("button", name="Close").last.click()
    answer, headers = await _try_profile(reader)
    assert headers["authorization"].startswith("Bearer ey")
    await expect(answer).to_contain_text(other["email"])
    assert await reader.page.evaluate("Object.keys(localStorage)") == []


@in_session
async def test_redoc_shows_every_operation(reader: Visitor) -> None:
    await reader.go("/redoc")
    document = await (await reader.page.request.get(f"{reader.origin}/openapi.json")).json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    sections = reader.page.locator('[data-section-id*="/operation/"]')
    await expect(sections).to_have_count(len(operations))
    for operation in operations[:3]:
        section = reader.page.locator(f'[data-section-id$="/operation/{operation["operationId"]}"]')
        await expect(section).to_contain_text(operation["summary"])
    await sections.first.get_by_role("button", name="200").click()
    await expect(sections.first.get_by_text("Response Schema")).to_be_visible()


def test_scripts_are_our_own_files_only(origin: str, cookies: dict[str, str]) -> None:
    for path in ("/docs", "/redoc"):
        answer = httpx.get(f"{origin}{path}", cookies=cookies)
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'"} <= set(policy)
        assert not any(part.startswith("worker-src") for part in policy)
