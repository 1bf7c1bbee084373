"""A database without tables: every route says 503 where it needs one, and says so in OpenAPI."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from authsvc.core.database import Database
from factories import PASSWORD, get_tokens, sign_in, sign_up
from house.described import check_described, operations
from walks.stoppable import living_on

BOB = {"email": "bob@example.com", "password": PASSWORD}
SIGN_IN = {"username": "ada@example.com", "password": PASSWORD}
CLIENT = "shop:a secret of the shop's, long enough"
FOR_CLIENTS = {"/auth/introspect", "/auth/revocations"}
NEED_NO_TABLES = ("/health", "/problems", "/.well-known", "/auth/introspect")


async def test_missing_tables_are_503_and_described(empty_address: str) -> None:
    async with living_on(empty_address, clients=(CLIENT,)) as (app, client):
        await sign_up(client)
        pair = await get_tokens(client)
        await sign_in(client)
        database = Database(empty_address)
        async with database.writing() as session:
            for table in ("sessions", "users", "revocations", "signing_keys"):
                await (await session.connection()).execute(text(f"DROP TABLE {table}"))
        await database.dispose()
        document = app.openapi()
        for (method, path), operation in operations(document).items():
            asked = path.replace("{session_id}", str(uuid4()))
            auth = httpx.BasicAuth(*CLIENT.split(":")) if path in FOR_CLIENTS else None
            answer = await client.request(method, asked, auth=auth, **_body(method, path, pair))
            check_described(document, operation, answer)
            assert answer.status_code in _expected(path), path


def _expected(path: str) -> set[int]:
    if path == "/auth/verify":
        # From memory, for as long as what is known of ended sessions is fresh.
        return {204, 503}
    return {200, 404} if path.startswith(NEED_NO_TABLES) else {503}


def _body(method: str, path: str, pair: Mapping[str, str]) -> dict[str, Any]:
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("post", "/auth/token"): {"data": {"grant_type": "password", **SIGN_IN}},
        ("post", "/auth/revoke"): {"data": {"token": pair["refresh_token"]}},
        ("post", "/auth/introspect"): {"data": {"token": "x"}},
        ("post", "/auth/password"): {"json": {"current_password": "x", "new_password": "y" * 9}},
        ("patch", "/profile"): {"json": {"name": "Eve"}},
        ("delete", "/profile"): {"json": {"password": PASSWORD}},
        ("delete", "/sessions"): {},
        ("delete", "/sessions/{session_id}"): {},
    }
    return {} if method == "get" else bodies.get((method, path), {"json": BOB})
