"""What the verifier lets in, what it says about the rest, and which addresses it will ask."""

import logging
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from attacks.forge import Forge
from authsvc.core import errors as core_errors
from authsvc.guard import errors as guard_errors
from authsvc.verifier import InvalidToken, Principal, SessionEnded, TokenExpired, errors
from factories import MovedClock
from verifier.conftest import MakeVerifier
from verifier.loopback import KEYS, Answer, Loopback, another_forge, follow, key_set

CLIENT = ("billing", "canary-7Rv")


async def test_a_good_token_says_who_sends_it(make: MakeVerifier, forge: Forge) -> None:
    def instant(claim: str) -> datetime:
        return datetime.fromtimestamp(int(str(forge.claims[claim])), tz=UTC)

    async with make() as verifier:
        assert await verifier.verify(forge.token()) == Principal(
            user_id=UUID(str(forge.claims["sub"])),
            session_id=UUID(str(forge.claims["sid"])),
            scopes=frozenset({"profile"}),
            auth_time=instant("auth_time"),
            amr=("pwd",),
            client_id="authsvc",
            expires_at=instant("exp"),
        )


async def test_rs256_is_followed_as_well(make: MakeVerifier, server: Loopback) -> None:
    rsa = another_forge("RS256")
    server.forges[:] = [rsa]
    async with make() as verifier:
        assert (await verifier.verify(rsa.token())).client_id == "authsvc"


async def test_a_set_of_symmetric_keys_proves_nothing(make: MakeVerifier, server: Loopback) -> None:
    server.answers[KEYS] = Answer(b'{"keys": [{"kty": "oct", "k": "AAAA", "alg": "HS256"}]}')
    async with make() as verifier:
        assert verifier.state.last_error == "keys: a key shows private members"
        assert not verifier.state.is_ready


@pytest.mark.parametrize(
    "changes",
    (
        {"iss": "http://localhost:8001"},
        {"aud": "billing"},
        {"sid": None},
        {"exp": "soon"},
        {"exp": 2**40},
    ),
)
async def test_a_wrong_token_is_invalid_and_only_the_log_knows_why(
    make: MakeVerifier,
    forge: Forge,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, Any],
) -> None:
    token = forge.with_claims(changes)
    caplog.set_level(logging.INFO, "authsvc.verifier")
    async with make() as verifier:
        with pytest.raises(InvalidToken) as refused:
            await verifier.verify(token)
    assert str(refused.value) == InvalidToken.detail
    assert refused.value.__cause__ is None
    assert "a token was refused: " in caplog.text
    assert token[:16] not in caplog.text


async def test_an_audience_of_ones_own_is_asked_for_instead(
    make: MakeVerifier, forge: Forge
) -> None:
    async with make(audience="billing") as verifier:
        await verifier.verify(forge.with_claims({"aud": ["billing"]}))
        with pytest.raises(InvalidToken):
            await verifier.verify(forge.token())


async def test_a_remembered_token_still_expires_and_its_session_still_ends(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    token = forge.token()
    async with make(client=CLIENT) as verifier:
        first = await verifier.verify(token)
        proven = verifier._seen.get(token)
        assert await verifier.verify(token) == first
        # The very same: it was not proven again.
        assert verifier._seen.get(token) is proven is not None
        other = forge.with_claims({"sid": str(uuid4())})
        await verifier.verify(other)
        server.ended.append((first.session_id, first.expires_at))
        await follow(verifier)
        with pytest.raises(SessionEnded):
            await verifier.verify(token)
        clock.move(seconds=900, microseconds=-1)
        await verifier.verify(other)
        clock.move(microseconds=1)
        with pytest.raises(TokenExpired):
            await verifier.verify(other)


async def test_what_was_proven_with_other_keys_is_proven_anew(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    token = forge.token()
    async with make(limits={"remembered_tokens": 1}) as verifier:
        await verifier.verify(forge.with_claims({"jti": "another"}))
        await verifier.verify(token)
        assert [len(verifier._seen), verifier._seen.get(token) is not None] == [1, True]
        clock.move(seconds=300)
        server.answers[KEYS] = Answer(key_set(another_forge()))
        await verifier._keys.renew()
        with pytest.raises(InvalidToken):
            await verifier.verify(token)
        assert len(verifier._seen) == 0


async def test_it_works_only_while_it_is_open_and_as_often_as_one_likes(
    make: MakeVerifier, forge: Forge
) -> None:
    verifier = make()
    with pytest.raises(RuntimeError, match="not open"):
        await verifier.verify(forge.token())
    for _ in range(2):
        async with verifier.lifespan(None):
            await verifier.verify(forge.token())
            with pytest.raises(RuntimeError, match="open already"):
                await verifier.__aenter__()
        assert not verifier.state.is_ready
    with pytest.raises(RuntimeError, match="not open"):
        await verifier.verify(forge.token())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    (
        (errors.AmbiguousCredentials, guard_errors.AmbiguousCredentials),
        (errors.NotAuthenticated, guard_errors.NotAuthenticated),
        (errors.InvalidToken, guard_errors.TokenInvalid),
        (errors.TokenExpired, guard_errors.TokenExpired),
        (errors.SessionEnded, guard_errors.SessionEnded),
        (errors.CrossSiteRequest, guard_errors.CrossSiteRequest),
        (errors.Unavailable, core_errors.Unavailable),
    ),
)
def test_refusals_are_those_of_authsvc_itself(
    ours: type[errors.Refused], theirs: type[core_errors.Problem]
) -> None:
    same = ("status", "slug", "title", "detail", "headers")
    assert [getattr(ours, name) for name in same] == [getattr(theirs, name) for name in same]
