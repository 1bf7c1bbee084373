"""authsvc itself, and the example beside it: signing out, new keys and an outage, from outside."""

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from verifier.snippets import SNIPPETS, outcomes
from verifier.world import EXAMPLE, World, kid_of, running
from walking import walk

GOOD = (200, "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("world")) as world:
        yield world


def test_the_examples_walk_does_what_it_says(world: World, tmp_path: Path) -> None:
    moved = {"localhost:8000": world.authsvc.port, "localhost:9000": world.example_port}
    walk(
        EXAMPLE / "README.md",
        tmp_path,
        {written: f"localhost:{port}" for written, port in moved.items()},
    )


@pytest.mark.parametrize("name", SNIPPETS)
async def test_other_libraries_accept_a_token_as_it_is_issued(world: World, name: str) -> None:
    token = world.sign_in()
    (session_id,) = await outcomes(name, world.authsvc.origin, [token])
    assert str(UUID(session_id)) == session_id


def test_who_signs_out_at_authsvc_is_out_here(world: World) -> None:
    token, other = world.sign_in(), world.sign_in()
    assert (world.asks(token), world.asks(other)) == (GOOD, GOOD)
    world.sign_out(token)
    signed_out_at = time.monotonic()
    world.until(lambda: world.asks(token) == (401, "session-ended"))
    assert time.monotonic() - signed_out_at < 2
    assert world.asks(other) == GOOD


def test_a_new_key_is_noticed_by_nobody(world: World) -> None:
    old = world.sign_in()
    world.command("keys", "rotate")
    world.until(lambda: kid_of(world.sign_in()) != kid_of(old))
    assert (world.asks(old), world.asks(world.sign_in())) == (GOOD, GOOD)


def test_an_outage_of_authsvc_is_none_here(world: World) -> None:
    token = world.sign_in()
    assert world.asks(token) == GOOD
    assert world.authsvc.end() == 0
    world.until(lambda: world.ready()["last_error"] is not None)
    assert world.ready() == {
        "ready": True,
        "last_error": "keys: did not answer (ConnectError); feed: did not answer (ConnectError)",
    }
    assert world.asks(token) == GOOD
    assert world.asks(token + "x") == (401, "invalid-token")
