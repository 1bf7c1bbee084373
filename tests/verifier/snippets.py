"""The lines that docs/verifying.md shows for other people's libraries, run as they stand there."""

import asyncio
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

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
