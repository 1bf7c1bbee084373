"""`authsvc keys …`: rotating and retiring by hand, seen by a running service through its ring."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from attacks.forge import decode
from authsvc.keys.material import make_key, prepare
from authsvc.keys.service import KeyService
from cli.terminal import Ended, authsvc
from factories import SECRET, bearer, get_tokens, sign_up
from keys.key_files import key_file
from keys.materials import pem


@pytest.fixture(autouse=True)
def _same_database(monkeypatch: pytest.MonkeyPatch, database_address: str) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", database_address)


@pytest.fixture
def ring(app: FastAPI) -> KeyService:
    """Give the ring of a running service."""
    keys: KeyService = app.state.keys
    return keys


async def _keys(*arguments: str) -> Ended:
    return await asyncio.to_thread(authsvc, "keys", *arguments)


async def _listed() -> dict[str, Any]:
    ended = await _keys("list", "--json")
    assert (ended.status, ended.err) == (0, "")
    return {key["kid"]: key for key in json.loads(ended.out)}


async def test_list_tells_what_each_key_does(ring: KeyService) -> None:
    old = ring.current.kid
    assert old
    rotated = await _keys("rotate")
    new = rotated.out.split()[0]
    listed = await _listed()
    assert {kid: key["state"] for kid, key in listed.items()} == {old: "signing", new: "published"}
    assert listed[old]["signs_until"] == listed[new]["signs_from"]
    assert listed[old]["verifies_until"] > listed[old]["signs_until"] > listed[old]["signs_from"]
    assert listed[new]["verifies_until"] is None
    assert {key["alg"] for key in listed.values()} == {"ES256"}
    table = (await _keys("list")).out
    for text in (old, new, "signing", "published", listed[new]["signs_from"]):
        assert text in table
    assert SECRET not in table


async def test_rotate_says_from_when_the_new_key_signs(ring: KeyService) -> None:
    ended = await _keys("rotate")
    assert (ended.status, ended.err) == (0, "")
    kid = ended.out.split()[0]
    listed = await _listed()
    assert ended.out == f"{kid} is published, and signs from {listed[kid]['signs_from']}.\n"
    before = ring.current.kid
    await ring.follow()
    assert ring.current.kid == before
    assert ring.current.ring.find(kid)


async def test_retire_refuses_what_the_key_has_signed_and_another_signs(
    ring: KeyService, client: httpx.AsyncClient
) -> None:
    await sign_up(client)
    token = (await get_tokens(client))["access_token"]
    leaked = decode(token.split(".")[0])["kid"]
    ended = await _keys("retire", leaked)
    assert (ended.status, ended.err) == (0, "")
    first, second, third = ended.out.splitlines()
    assert first == f"{leaked} is retired. What it has signed is refused within seconds."
    assert third.endswith("go by the old key set for 300 seconds.")
    await ring.follow()
    assert second == f"{ring.current.kid} signs from now on."
    answer = await client.get("/profile", headers=bearer(token))
    assert answer.json()["type"].endswith("/invalid-token")
    fresh = (await get_tokens(client))["access_token"]
    assert (await client.get("/profile", headers=bearer(fresh))).status_code == 200
    assert (await _listed())[leaked]["state"] == "gone"
    assert "retired" in (await _keys("list")).out
    assert await _keys("retire", leaked) == (
        1, "", f"authsvc: The key {leaked} is retired already. To see them all: authsvc keys list\n"
    )  # fmt: skip


async def test_an_id_that_begins_with_a_dash_is_an_id(ring: KeyService) -> None:
    assert ring.current.kid
    while not (kid := prepare("ES256", make_key("ES256"))[0].kid).startswith("-"):
        pass
    for unknown in (kid, "-h", "--json", "-", "x"):
        ended = await _keys("retire", unknown)
        assert ended.status == 1
        assert ended.err.startswith(f"authsvc: The key {unknown} does not exist.")


async def test_under_another_secret_a_key_is_retired_and_the_service_makes_the_next(
    monkeypatch: pytest.MonkeyPatch, ring: KeyService
) -> None:
    kid = ring.current.kid
    assert kid
    monkeypatch.setenv("AUTHSVC_SECRET_KEY", SECRET[::-1])
    ended = await _keys("rotate")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith(f"authsvc: The signing key {kid} does not open under")
    ended = await _keys("retire", kid)
    assert ended.status == 0
    assert ended.out.splitlines()[1] == "The service makes another one, which signs at once."
    await ring.follow()
    assert ring.current.kid not in {None, kid}


async def test_with_a_key_file_the_operator_is_told_how_to_rotate(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    path = key_file(here / "own.pem", pem(ec.generate_private_key(ec.SECP256R1())))
    monkeypatch.setenv("AUTHSVC_SIGNING_KEY_FILE", str(path))
    ended = await _keys("rotate")
    assert (ended.status, ended.out) == (1, "")
    assert "put another one in AUTHSVC_SIGNING_KEY_FILE and restart" in ended.err
    checked = await asyncio.to_thread(authsvc, "check")
    assert checked.status == 0
    assert f"signs, from {path}\n" in checked.out
    path.chmod(0o644)
    checked = await asyncio.to_thread(authsvc, "check")
    assert checked.status == 1
    assert f"WRONG  keys: AUTHSVC_SIGNING_KEY_FILE: {path} is not usable: it is open" in checked.out


async def test_check_says_that_a_ring_is_still_under_the_secret_before(
    monkeypatch: pytest.MonkeyPatch, ring: KeyService
) -> None:
    monkeypatch.setenv("AUTHSVC_SECRET_KEY", "another secret, Nq3vTz81xYw, of enough characters")
    monkeypatch.setenv("AUTHSVC_SECRET_KEY_PREVIOUS", SECRET)
    checked = await asyncio.to_thread(authsvc, "check")
    assert checked.out.endswith(f"{ring.current.kid} signs; sealed anew on the next start\n")
