"""A whole walk past a real process: nothing secret comes out of its log, and every event does once.

A89 and A91: hostile text stays on its line, and secrets stay inside, also when requests fail.
"""

import base64
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import text

from authsvc.core.database import Database
from factories import bearer
from serving import serving

SECRET = "canary-Xq4v-secret-4fe1-c0ffee-Zu7w9pLm"
PASSWORD = "canary-password-9241-moons"
WRONG = "canary-wrong-password-7713"
LOCAL_PART = "canary.localpart.5527"
EMAIL = f"{LOCAL_PART}@example.com"
NAME = "Canary Name 8846"
USER_AGENT = 'evil" {"event": "forged"} \\ \u2028\x85 canary-agent'.encode()
JSON = "application/json"
HOSTILE_PATH = "/%0d%0aforged%1b%5b31m%e2%80%a8%00%22%7b"
FORGED = 'ada\r\n{"event": "forged"}\u2028\x1b@example.com'


class Walked(NamedTuple):
    """What a walk leaves: request ids by event, and everything that must not be written."""

    ids: Mapping[str, list[str]]
    secrets: set[str]


class _Walker:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.ids: dict[str, list[str]] = {}
        self.secrets = {SECRET, PASSWORD, WRONG, LOCAL_PART, NAME, "canary-agent", "PRIVATE KEY"}

    def ask(self, event: str, status: int, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        """Send a request that ends with this status and leaves this event in the log."""
        self._client.cookies.clear()
        answer = self._client.request(method, path, **more)
        assert answer.status_code == status, answer.text
        self.ids.setdefault(event, []).append(answer.headers["x-request-id"])
        return answer


def _sign_up_and_in(walker: _Walker) -> tuple[str, dict[str, str]]:
    """Sign up and in by both ways; return an access token and the cookies."""
    who = {"email": EMAIL, "password": PASSWORD}
    walker.ask("signed_up", 201, "POST", "/auth/register", json={**who, "name": NAME})
    walker.ask("request", 409, "POST", "/auth/register", json=who)
    walker.ask("login_failed", 401, "POST", "/auth/login", json={**who, "password": WRONG})
    form = {"grant_type": "password", "username": EMAIL, "password": WRONG}
    walker.ask("login_failed", 400, "POST", "/auth/token", data=form)
    login = walker.ask("login", 200, "POST", "/auth/login", json=who)
    pair = walker.ask("login", 200, "POST", "/auth/token", data={**form, "password": PASSWORD})
    cookies = dict(login.cookies)
    walker.secrets |= {*cookies.values(), pair.json()["refresh_token"]}
    token = pair.json()["access_token"]
    walker.secrets |= {token, token.rpartition(".")[2], *cookies["authsvc_access"].split(".")[1:]}
    return token, cookies


def _get_it_wrong(walker: _Walker, token: str) -> None:
    """Send what is refused, with secrets where they do not belong."""
    changed = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    walker.secrets.add(changed)
    basic = base64.b64encode(f"{EMAIL}:{PASSWORD}".encode()).decode()
    walker.secrets.add(basic)
    walker.ask("token_refused", 401, "GET", "/profile", headers=bearer(changed))
    walker.ask("token_refused", 401, "GET", "/profile", headers={"Authorization": f"Basic {basic}"})
    walker.ask("request", 401, "GET", f"/profile?access_token={token}&password={PASSWORD}")
    walker.ask("request", 404, "GET", HOSTILE_PATH)
    walker.ask("request", 422, "POST", "/auth/register", json={"password": PASSWORD, "x": WRONG})
    walker.ask("request", 422, "POST", "/auth/login", json={"email": FORGED, "password": PASSWORD})
    cut = {"content": f'{{"password": "{PASSWORD}", ', "headers": {"Content-Type": JSON}}
    walker.ask("refused", 400, "POST", "/auth/login", **cut)
    twice = {"grant_type": "password", "password": [PASSWORD, WRONG]}
    walker.ask("request", 400, "POST", "/auth/token", data=twice)
    walker.ask("refused", 413, "POST", "/auth/register", json={"password": PASSWORD * 2000})
    cross = {"Sec-Fetch-Site": "cross-site", "Origin": f"https://{LOCAL_PART}.example"}
    walker.ask("refused", 403, "POST", "/auth/login", headers=cross, json={"password": PASSWORD})


async def _walk(client: httpx.Client, database: Database) -> Walked:
    walker = _Walker(client)
    token, cookies = _sign_up_and_in(walker)
    _get_it_wrong(walker, token)
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    walker.ask("request", 200, "PATCH", "/profile", headers={"Cookie": jar}, json={"name": NAME})
    async with database.writing() as session:
        connection = await session.connection()
        rows = await connection.execute(text("SELECT password_hash FROM users"))
        walker.secrets |= {row[0] for row in rows}
        rows = await connection.execute(text("SELECT sealed_key FROM signing_keys"))
        walker.secrets |= {row[0] for row in rows}
        # No profile looks like this: showing it is an error that nobody expects.
        await connection.execute(text("UPDATE users SET roles = '7'"))
    walker.ask("unexpected_error", 500, "GET", "/profile", headers=bearer(token))
    walker.ask("logout", 204, "POST", "/auth/logout", headers={"Cookie": jar})
    walker.ask("logout", 204, "POST", "/auth/logout", headers=bearer(token))
    walker.ask("token_refused", 401, "GET", "/profile", headers=bearer(token))
    return Walked(walker.ids, walker.secrets)


def _with(event: str, request_id: str, said: str) -> list[str]:
    """Return the lines, of either style, of an event within a request."""
    names = (f" {event} ", f'"event":"{event}"')
    return [
        line
        for line in said.splitlines()
        if request_id in line and any(name in line for name in names)
    ]


@pytest.mark.parametrize(
    ("database_address", "style"),
    (("sqlite", "console"), ("postgresql", "json")),
    indirect=["database_address"],
)
async def test_a91_nothing_secret_is_written_and_every_event_once(
    tmp_path: Path, database: Database, database_address: str, style: str
) -> None:
    settings = {"log_format": style, "database_url": database_address, "secret_key": SECRET}
    with (
        serving(tmp_path, **settings) as server,
        httpx.Client(base_url=server.origin, headers={b"User-Agent": USER_AGENT}) as client,
    ):
        walked = await _walk(client, database)
        # As at a terminal, with Ctrl+C: that leaves no traceback either.
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) in {0, -signal.SIGINT}
    said = server.said
    for secret in walked.secrets:
        assert said.count(secret) == 0, secret
    assert not [line for line in said.splitlines() if line.lstrip().startswith("forged")]
    assert "KeyboardInterrupt" not in said
    assert said.replace("\n", "").isprintable()
    for event, ids in walked.ids.items():
        for request_id in ids:
            assert len(_with(event, request_id, said)) == 1, event
    if style == "json":
        _check_events([json.loads(line) for line in said.splitlines()])


def _check_events(events: list[dict[str, Any]]) -> None:
    def reasons(name: str) -> list[str]:
        return [event["reason"] for event in events if event["event"] == name]

    assert "forged" not in {event["event"] for event in events}
    assert reasons("token_refused") == ["signature", "segments", "session-ended"]
    assert reasons("login_failed") == ["password", "password"]
    (error,) = [event for event in events if event["event"] == "unexpected_error"]
    assert error["exception"].startswith("Traceback ")
