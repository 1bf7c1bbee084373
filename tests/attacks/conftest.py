"""A forge that holds the key of a running application, and the genuine tokens it starts from."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from attacks.forge import Forge
from factories import get_tokens, sign_up


@pytest.fixture
async def pair(client: httpx.AsyncClient) -> dict[str, Any]:
    """Sign somebody up and give their pair of tokens."""
    await sign_up(client)
    return await get_tokens(client)


@pytest.fixture
def stolen(app: FastAPI, pair: dict[str, Any]) -> Forge:
    """Give a forge with the application's own key and a live session's claims."""
    return Forge.of_app(app, pair["access_token"])
