"""Other people's verifiers accept our tokens: the very lines of docs/verifying.md are run."""

import pytest

from attacks.forge import Forge
from attacks.signers import always
from verifier.loopback import Loopback, another_forge
from verifier.snippets import SNIPPETS, outcomes


def _bad(forge: Forge, issuer: str) -> dict[str, str]:
    """Make tokens that differ from a good one in one thing each."""
    ours = {"iss": issuer}
    now = int(forge.now.timestamp())
    good = forge.with_claims(ours)
    stranger = another_forge()
    claims = {**forge.claims, **ours}
    return {
        "changed": good[:-8] + ("A" if good[-8] != "A" else "B") + good[-7:],
        "another's": forge.with_claims({"iss": "https://elsewhere.example.com"}),
        "for others": forge.with_claims({**ours, "aud": "billing"}),
        "expired": forge.with_claims({**ours, "iat": now - 900, "exp": now - 300}),
        "another type": forge.token({**forge.header, "typ": "JWT"}, claims),
        "unsigned": forge.token({**forge.header, "alg": "none"}, claims, signer=always(b"")),
        "another key": forge.token(payload=claims, signer=stranger.sign),
    }


@pytest.mark.parametrize("name", SNIPPETS)
async def test_what_the_guide_shows_accepts_good_tokens_and_no_others(
    name: str, server: Loopback, forge: Forge
) -> None:
    server.forges.append(another_forge())
    good = forge.with_claims({"iss": server.origin})
    bad = _bad(forge, server.origin)
    answers = await outcomes(name, server.origin, [good, *bad.values()])
    assert dict(zip(["good", *bad], answers, strict=True)) == {
        "good": forge.claims["sid"],
        **dict.fromkeys(bad, "refused"),
    }
