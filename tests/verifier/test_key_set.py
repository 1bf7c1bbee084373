"""The keys: fetched once for everybody, renewed ahead of need, looked for when one is new."""

import asyncio

import pytest

from attacks.forge import Forge
from authsvc.verifier import InvalidToken, Unavailable, VerifierPolicy
from authsvc.verifier.fetch import Source
from authsvc.verifier.key_set import KeySet
from factories import MovedClock
from verifier.conftest import MakeVerifier
from verifier.loopback import KEYS, Answer, Loopback, another_forge, key_set, until

HOUR = 3600


async def test_a_crowd_that_waits_for_the_first_keys_makes_one_fetch(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    server.answers[KEYS] = Answer(b"", status=503)
    async with make() as verifier:
        with pytest.raises(Unavailable):
            await verifier.verify(forge.token())
        # A moment later the question is not put again, after two seconds it is.
        assert server.asked[KEYS] == 1
        del server.answers[KEYS]
        clock.move(seconds=2)
        server.gate.clear()
        crowd = [asyncio.create_task(verifier.verify(forge.token())) for _ in range(50)]
        await asyncio.sleep(0.05)
        # Whoever began the fetch goes away; the others get their keys.
        crowd[0].cancel()
        server.gate.set()
        answers = await asyncio.gather(*crowd, return_exceptions=True)
    assert isinstance(answers[0], asyncio.CancelledError)
    assert {str(answer.user_id) for answer in answers[1:]} == {forge.claims["sub"]}  # type: ignore[union-attr]
    assert server.asked[KEYS] == 2


async def test_keys_do_for_as_long_as_authsvc_says_and_are_used_while_new_ones_are_on_their_way(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    server.max_age = 120
    async with make() as verifier:
        clock.move(seconds=119)
        await verifier._keys.renew()
        await verifier.verify(forge.token())
        assert (server.asked[KEYS], verifier.state.keys_stale) == (1, False)
        clock.move(seconds=1)
        assert verifier.state.keys_stale
        server.gate.clear()
        renewal = asyncio.create_task(verifier._keys.renew())
        await until(lambda: server.asked[KEYS] == 2)
        await asyncio.wait_for(verifier.verify(forge.token()), 0.5)
        assert not renewal.done()
        asked_at = clock.now()
        clock.move(seconds=1)
        server.gate.set()
        await renewal
        assert (server.asked[KEYS], verifier.state.keys_stale) == (2, False)
        # As old as the question.
        assert verifier.state.keys_fetched_at == asked_at


async def test_the_background_renews_by_itself(
    make: MakeVerifier, server: Loopback, clock: MovedClock
) -> None:
    async with make(limits={"poll_every": 0.01}) as verifier:
        clock.move(seconds=300)
        await until(lambda: not verifier.state.keys_stale)
    assert server.asked[KEYS] == 2


async def test_a_thousand_unknown_kids_make_one_fetch_in_each_interval(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    unknown = [forge.with_header({"kid": f"kid-{number}"}) for number in range(1000)]
    async with make() as verifier:
        for fetches in (2, 3):
            refused = await asyncio.gather(
                *(verifier.verify(token) for token in unknown), return_exceptions=True
            )
            assert {type(refusal) for refusal in refused} == {InvalidToken}
            for token in unknown[:5]:
                clock.move(seconds=1)
                with pytest.raises(InvalidToken):
                    await verifier.verify(token)
            assert server.asked[KEYS] == fetches
            clock.move(seconds=5)
        # What is wrong in another way asks nobody.
        for token in ("", "a.b.c", forge.with_header({"typ": "JWT"}), forge.token()[:-4] + "AAAA"):
            with pytest.raises(InvalidToken):
                await verifier.verify(token)
        assert server.asked[KEYS] == 3


async def test_a_key_that_signs_before_it_was_seen_is_looked_for(
    make: MakeVerifier, server: Loopback, forge: Forge
) -> None:
    new = another_forge()
    async with make() as verifier:
        server.forges.append(new)
        server.gate.clear()
        junk = asyncio.create_task(verifier.verify(forge.with_header({"kid": "junk"})))
        await asyncio.sleep(0.05)
        # The fetch that junk has begun is everybody's.
        good = asyncio.create_task(verifier.verify(new.token()))
        await asyncio.sleep(0.05)
        server.gate.set()
        assert str((await good).session_id) == new.claims["sid"]
        with pytest.raises(InvalidToken):
            await junk
        await verifier.verify(forge.token())
    assert server.asked[KEYS] == 2


async def test_a_key_that_authsvc_drops_is_dropped_here_with_the_tokens_it_has_proved(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    new = another_forge()
    async with make() as verifier:
        await verifier.verify(forge.token())
        server.forges[:] = [new]
        clock.move(seconds=300)
        await verifier._keys.renew()
        await verifier.verify(new.token())
        with pytest.raises(InvalidToken):
            await verifier.verify(forge.token())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    (
        ({"Cache-Control": "public, max-age=60"}, 60),
        ({"Cache-Control": "max-age=60, public", "Age": "20"}, 40),
        ({"Cache-Control": "max-age=60", "Age": "what"}, 60),
        ({"Cache-Control": "s-max-age=60"}, 300),
        ({}, 300),
        ({"Cache-Control": "no-store"}, 5),
        ({"Cache-Control": "max-age=0"}, 5),
        ({"Cache-Control": "max-age=999999999"}, HOUR / 2),
    ),
)
async def test_max_age_is_honoured_within_reason(
    server: Loopback, forge: Forge, clock: MovedClock, headers: dict[str, str], seconds: float
) -> None:
    server.answers[KEYS] = Answer(key_set(forge), headers=headers)
    policy = VerifierPolicy()
    source = Source(policy.timeout, None)
    source.open()
    keys = KeySet(source, server.origin + KEYS, policy, clock)
    await keys.renew()
    clock.move(seconds=seconds - 1)
    assert keys.is_fresh
    clock.move(seconds=1)
    assert not keys.is_fresh
    await source.close()
