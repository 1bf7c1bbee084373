"""better-auth with e-mail and password on a pg pool behind node:http, as documented."""

import base64
import hashlib
import hmac
import json
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from urllib.parse import quote

import httpx

from bench.answers import request
from bench.contenders.base import INSTALLED, JSON, PASSWORD, TEMPLATE, Contender, checked
from bench.postgres import multiply, settle
from bench.server import Launch, get

_COOKIE = "better-auth.session_token"


class BetterAuth(Contender):
    """`get-session` shows who is signed in. It answers 200 and null for a stranger: see `proof`."""

    name = "better-auth"
    ready_path = "/api/auth/ok"
    proof = b'"email"'

    _secret = secrets.token_urlsafe(48)

    async def prepare(self) -> None:
        """Run its own migrations."""
        command = (*self._command, "migrate")
        subprocess.run(command, env=self._environment, check=True, capture_output=True)

    @property
    def _command(self) -> tuple[str, ...]:
        return (shutil.which("node") or "node", str(INSTALLED / "better_auth/server.mjs"))

    @property
    def _environment(self) -> Mapping[str, str]:
        return {
            "NODE_ENV": "production",
            "DATABASE_URL": self.site.postgres.address(self.database),
            "BETTER_AUTH_SECRET": self._secret,
            "BETTER_AUTH_URL": f"http://localhost:{self.port}",
            "PORT": str(self.port),
        }

    def launch(self) -> Launch:
        """Start node."""
        return Launch(
            command=self._command,
            environment=self._environment,
            ready=get(self.ready_path),
            directory=self.site.directory,
        )

    async def sign_up(self, client: httpx.AsyncClient) -> None:
        """Register the template, which also signs it in."""
        body = {"email": TEMPLATE, "password": PASSWORD, "name": "Template"}
        checked(await client.post("/api/auth/sign-up/email", json=body), 200)

    async def fill(self) -> None:
        """Copy user, account and session, and sign a cookie for each session."""
        connection = await self.site.postgres.connect(self.database)
        changes = {"id": "gen_random_uuid()::text", "email": "'user' || n || '@example.com'"}
        await multiply(connection, "user", changes, per=self.copies)
        copies = f"(SELECT id FROM \"user\" WHERE email <> '{TEMPLATE}') AS u"  # noqa: S608 - ours
        await multiply(
            connection,
            "account",
            {"id": "gen_random_uuid()::text", "accountId": "u.id", "userId": "u.id"},
            per=copies,
        )
        session = {
            "id": "gen_random_uuid()::text",
            "userId": "u.id",
            "token": "replace(gen_random_uuid()::text, '-', '')",
        }
        await multiply(connection, "session", session, per=copies)
        await settle(connection)
        rows = await connection.fetch(
            'SELECT s.token FROM session s JOIN "user" u ON u.id = s."userId" WHERE email <> $1',
            TEMPLATE,
        )
        await connection.close()
        self.profiles = [
            request("GET", "/api/auth/get-session", headers={"Cookie": self._cookie(row["token"])})
            for row in rows
        ]
        self.logins = [self._login(number) for number in range(1, self.users + 1)]

    def _cookie(self, token: str) -> str:
        digest = hmac.new(self._secret.encode(), token.encode(), hashlib.sha256).digest()
        return f"{_COOKIE}={quote(f'{token}.{base64.b64encode(digest).decode()}', safe='')}"

    def _login(self, number: int) -> bytes:
        body = json.dumps({"email": self.email(number), "password": PASSWORD}).encode()
        return request("POST", "/api/auth/sign-in/email", headers=JSON, body=body)
