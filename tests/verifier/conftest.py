"""A server that publishes keys, and what makes verifiers that follow it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from attacks.forge import ISSUER, Forge
from authsvc.verifier import Verifier, VerifierPolicy
from factories import MovedClock
from verifier.loopback import FEED, KEYS, Loopback, another_forge, listening

MakeVerifier = Callable[..., Verifier]


@pytest.fixture
def forge() -> Forge:
    """Give a key of this test alone, and tokens of this very moment."""
    return another_forge()


@pytest.fixture
async def server(forge: Forge) -> AsyncIterator[Loopback]:
    """Publish the key of `forge`."""
    loopback = Loopback(forges=[forge])
    loopback.gate.set()
    async with listening(loopback):
        yield loopback


@pytest.fixture
def make(server: Loopback, clock: MovedClock, forge: Forge) -> MakeVerifier:
    """Give what makes verifiers of `server`, on the test's clock."""

    def made(*, limits: dict[str, Any] | None = None, **changes: Any) -> Verifier:  # noqa: ANN401
        # In the background nothing happens by itself: tests say when.
        policy = VerifierPolicy(**{"poll_every": 600, "timeout": 1.0, **(limits or {})})
        given = {
            "jwks_url": server.origin + KEYS,
            "revocations_url": server.origin + FEED,
            "policy": policy,
            "clock": clock,
        }
        return Verifier(ISSUER, **{**given, **changes})

    # Tokens are made for the instant at which the clock of the test stands.
    clock.move(seconds=(forge.now - clock.now()).total_seconds())
    return made
