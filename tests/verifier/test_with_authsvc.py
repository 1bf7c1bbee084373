"""authsvc itself, and the example beside it: signing out, new keys and an outage, from outside."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.snippets import SNIPPETS, outcomes
from verifier.world import EXAMPLE, Pair, World, kid_of, running, session_of
from walking import walk

GOOD = (200, "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(scope="module")
def pair(world: World) -> Pair:
    """Give the tokens of somebody who is signed in; a test that renews them leaves the new ones."""
    return world.sign_in()


def test_the_examples_walk_does_what_it_says(world: World, tmp_path: Path) -> None:
    moved = {"localhost:8000": world.authsvc.port, "localhost:9000": world.example_port}
    walk(
        EXAMPLE / "README.md",
        tmp_path,
        {written: f"localhost:{port}" for written, port in moved.items()},
    )


async def test_other_libraries_accept_a_token_as_it_is_issued(world: World, pair: Pair) -> None:
    issuer, tokens = world.authsvc.origin, [pair["access_token"]]
    told = await asyncio.gather(*(outcomes(name, issuer, tokens) for name in SNIPPETS))
    assert told == [[str(session_of(pair["access_token"]))]] * len(SNIPPETS)


def test_who_signs_out_at_authsvc_is_out_here(world: World, pair: Pair) -> None:
    token, other = world.sign_in()["access_token"], pair["access_token"]
    assert (world.asks(token), world.asks(other)) == (GOOD, GOOD)
    world.sign_out(token)
    signed_out_at = time.monotonic()
    world.until(lambda: world.asks(token) == (401, "session-ended"))
    assert time.monotonic() - signed_out_at < 3
    assert world.asks(other) == GOOD


def test_a_new_key_is_noticed_by_nobody(world: World, pair: Pair) -> None:
    old = pair["access_token"]
    assert world.asks(old) == GOOD
    world.command("keys", "rotate")

    def is_signed_anew() -> bool:
        pair.update(world.renew(pair))
        return kid_of(pair["access_token"]) != kid_of(old)

    world.until(is_signed_anew, every=0.5)
    assert (world.asks(old), world.asks(pair["access_token"])) == (GOOD, GOOD)


# The last one: it ends authsvc.
def test_an_outage_of_authsvc_is_none_here(world: World, pair: Pair) -> None:
    token = pair["access_token"]
    assert world.asks(token) == GOOD
    world.authsvc.end()
    down = "did not answer (ConnectError)"
    # The keys are fresh, and not asked for yet.
    world.until(lambda: world.ready() == {"ready": True, "last_error": f"feed: {down}"})
    assert world.asks(token) == GOOD
    assert world.asks(token + "x") == (401, "invalid-token")
