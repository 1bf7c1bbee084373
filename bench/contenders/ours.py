"""authsvc itself, in production mode with everything on, from this checkout."""

import json
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import starmap
from urllib.parse import urlencode
from uuid import UUID

import httpx

from authsvc.core.clock import SystemClock
from authsvc.parts import Parts
from authsvc.passwords.hasher import HashParameters
from authsvc.settings import PREFIX, Settings
from bench.answers import request
from bench.contenders.base import (
    FORM,
    JSON,
    PASSWORD,
    TEMPLATE,
    Contender,
    Site,
    bearer,
    checked,
)
from bench.postgres import multiply, settle
from bench.server import Launch, get

_PASSWORD_GRANT = {"grant_type": "password", "password": PASSWORD}
_FOR = timedelta(hours=2)


class Ours(Contender):
    """Limits are on, and set so high that the load of one address is not refused."""

    name = "authsvc"
    ready_path = "/health/ready"
    proof = b'"email"'
    host = "auth.example.com"

    def __init__(self, site: Site, users: int = 1000, shown: int = 1000) -> None:
        """Have `users`, and requests for `shown` of them, chosen by chance."""
        super().__init__(site, users)
        self._shown = min(users, shown)
        self._secret = secrets.token_urlsafe(48)
        self.tokens: list[str] = []
        self.emails: list[str] = []

    def settings(self) -> Mapping[str, str]:
        """Return the settings of the process, by their names without prefix."""
        return {
            "ENV": "production",
            "PUBLIC_URL": f"https://{self.host}",
            "DATABASE_URL": self.site.postgres.address(self.database),
            "SECRET_KEY": self._secret,
            # Longer than a long soak; it changes nothing but a number in the token.
            "ACCESS_TOKEN_TTL": str(int(_FOR.total_seconds())),
            **_generous_limits(),
        }

    def _environment(self) -> Mapping[str, str]:
        return {PREFIX + name: value for name, value in self.settings().items()}

    async def prepare(self) -> None:
        """Migrate."""
        subprocess.run(
            [sys.executable, "-m", "authsvc", "migrate"],
            cwd=self.site.directory,
            env=self._environment(),
            check=True,
            capture_output=True,
        )

    def launch(self) -> Launch:
        """Start `authsvc serve`."""
        return Launch(
            command=(sys.executable, "-m", "authsvc", "serve", "--port", str(self.port)),
            environment=self._environment(),
            ready=get(self.ready_path, self.host),
            directory=self.site.directory,
        )

    async def sign_up(self, client: httpx.AsyncClient) -> None:
        """Register the template and sign it in, so that there is a session."""
        body = {"email": TEMPLATE, "password": PASSWORD, "name": "Template"}
        checked(await client.post("/auth/register", json=body), 201)
        checked(await client.post("/auth/token", data=self.password_grant(TEMPLATE)), 200)

    async def fill(self) -> None:
        """Copy user and session, and have tokens signed by the service's own signer."""
        connection = await self.site.postgres.connect(self.database)
        changes = {"id": "gen_random_uuid()", "email": "'user' || n || '@example.com'"}
        await multiply(connection, "users", changes, per=self.copies)
        copies = f"(SELECT id FROM users WHERE email <> '{TEMPLATE}') AS u"  # noqa: S608 - ours
        session = {"id": "gen_random_uuid()", "user_id": "u.id"}
        await multiply(connection, "sessions", session, per=copies)
        await settle(connection)
        rows = await connection.fetch(
            "SELECT u.id AS user_id, s.id AS session_id, email FROM users u"
            " JOIN sessions s ON s.user_id = u.id WHERE email <> $1 ORDER BY random() LIMIT $2",
            TEMPLATE,
            self._shown,
        )
        await connection.close()
        self.emails = [row["email"] for row in rows]
        self.tokens = await self._tokens([(row["user_id"], row["session_id"]) for row in rows])
        self.profiles = [self.get("/profile", token) for token in self.tokens]
        self.logins = [self._login(email) for email in self.emails]

    async def _tokens(self, sessions: list[tuple[UUID, UUID]]) -> list[str]:
        settings = Settings.model_validate(
            {name.lower(): value for name, value in self.settings().items()}
        )
        parts = Parts.build(settings, SystemClock(), HashParameters())
        await parts.keys.open()
        await parts.database.dispose()
        now = datetime.now(UTC).replace(microsecond=0)

        def token(user_id: UUID, session_id: UUID) -> str:
            return parts.tokens.issue(
                user_id=user_id,
                session_id=session_id,
                expires_at=now + _FOR,
                scope="",
                auth_time=now,
                amr=["pwd"],
            ).text

        return list(starmap(token, sessions))

    def get(self, path: str, token: str) -> bytes:
        """Build a request with a bearer token."""
        return request("GET", path, host=self.host, headers=bearer(token))

    def _login(self, email: str) -> bytes:
        body = json.dumps({"email": email, "password": PASSWORD}).encode()
        return request("POST", "/auth/login", host=self.host, headers=JSON, body=body)

    def password_grant(self, email: str) -> dict[str, str]:
        """Return the form that signs in at the token endpoint."""
        return {**_PASSWORD_GRANT, "username": email}

    def refresh(self, token: str) -> bytes:
        """Build the request that exchanges a refresh token at the token endpoint."""
        body = urlencode({"grant_type": "refresh_token", "refresh_token": token}).encode()
        return request("POST", "/auth/token", host=self.host, headers=FORM, body=body)


def _generous_limits() -> Mapping[str, str]:
    """Return every limit that is a rate, at a million instead: on, and never reached."""
    rates = {
        name.upper(): re.sub(r"^[0-9]+", "1000000", str(field.default))
        for name, field in Settings.model_fields.items()
        if name.startswith("limit_")
    }
    return {name: rate for name, rate in rates.items() if rate.startswith("1000000/")}
