"""fastapi-users with JWT and SQLAlchemy, as documented, under uvicorn with its defaults."""

import secrets
import time
from urllib.parse import urlencode

import httpx
from jose import jwt

from bench.answers import request
from bench.contenders.base import (
    FORM,
    INSTALLED,
    PASSWORD,
    PEERS,
    TEMPLATE,
    Contender,
    bearer,
    checked,
)
from bench.postgres import multiply, settle
from bench.server import Launch, get

_HOUR = 3600


class FastapiUsers(Contender):
    """`/users/me` shows who is signed in. Tokens are not stored, so they are made here, alike."""

    name = "fastapi-users"
    ready_path = "/openapi.json"
    proof = b'"email"'

    _secret = secrets.token_urlsafe(48)

    async def prepare(self) -> None:
        """Leave the tables to the application, which makes them when it starts."""

    def launch(self) -> Launch:
        """Start `uvicorn app:app`."""
        uvicorn = INSTALLED / "fastapi_users/bin/uvicorn"
        address = self.site.postgres.address(self.database, "postgresql+asyncpg")
        return Launch(
            command=(
                *(str(uvicorn), "app:app", "--port", str(self.port)),
                *("--app-dir", str(PEERS / "fastapi_users")),
            ),
            environment={"DATABASE_URL": address, "SECRET": self._secret},
            ready=get(self.ready_path),
            directory=self.site.directory,
        )

    async def sign_up(self, client: httpx.AsyncClient) -> None:
        """Register the template."""
        body = {"email": TEMPLATE, "password": PASSWORD}
        checked(await client.post("/auth/register", json=body), 201)

    async def fill(self) -> None:
        """Copy the user, and sign a token for each copy as the library signs them."""
        connection = await self.site.postgres.connect(self.database)
        changes = {"id": "gen_random_uuid()", "email": "'user' || n || '@example.com'"}
        await multiply(connection, "user", changes, per=self.copies)
        await settle(connection)
        rows = await connection.fetch('SELECT id FROM "user" WHERE email <> $1', TEMPLATE)
        await connection.close()
        self.profiles = [
            request("GET", "/users/me", headers=bearer(self._token(str(row["id"])))) for row in rows
        ]
        self.logins = [self._login(number) for number in range(1, self.users + 1)]

    def _token(self, user_id: str) -> str:
        claims = {
            "sub": user_id,
            "aud": ["fastapi-users:auth"],
            "exp": int(time.time()) + _HOUR,
        }
        return str(jwt.encode(claims, self._secret, algorithm="HS256"))

    def _login(self, number: int) -> bytes:
        form = urlencode({"username": self.email(number), "password": PASSWORD})
        return request("POST", "/auth/jwt/login", headers=FORM, body=form.encode())
