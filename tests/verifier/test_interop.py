"""Other people's verifiers accept our tokens: the very lines of docs/verifying.md are run."""

import asyncio
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from attacks.forge import Forge
from attacks.signers import always
from verifier.loopback import Loopback, another_forge

GUIDE = Path(__file__).parents[2] / "docs" / "verifying.md"
# Made by `make test`.
NODE = Path(sys.prefix) / "node"
SNIPPETS = ("pyjwt", "joserfc", "authlib", "jose")
PYTHON_DRIVER = """
import json, sys
def outcome(token):
    try:
        return verify(token)["sid"]
    except Exception as fault:
        return "refused"
print(json.dumps([outcome(token) for token in json.load(sys.stdin)]))
"""
JS_DRIVER = """
const outcomes = [];
for (const token of JSON.parse(process.argv[2])) {
  outcomes.push(await verify(token).then((claims) => claims.sid, () => "refused"));
}
console.log(JSON.stringify(outcomes));
"""


def _snippet(name: str, issuer: str) -> str:
    text = GUIDE.read_text("utf-8")
    found = re.search(rf"<!-- snippet: {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found, name
    return found[1].replace("https://auth.example.com", issuer)


async def outcomes(name: str, issuer: str, tokens: Iterable[str]) -> list[str]:
    """Run a snippet of the guide on tokens; return each one's `sid`, or "refused"."""
    code, given = _snippet(name, issuer), json.dumps(list(tokens))
    if name == "jose":
        assert NODE.exists(), "`make test` installs what this needs"
        command, stdin = ["node", "--input-type=module", "-", given], code + JS_DRIVER
    else:
        command, stdin = [sys.executable, "-c", code + PYTHON_DRIVER], given
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=NODE if name == "jose" else None,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(stdin.encode()), 30)
    assert process.returncode == 0, errors.decode()
    answers: list[str] = json.loads(output)
    return answers


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
