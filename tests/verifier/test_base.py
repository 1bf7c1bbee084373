"""The wheel in an environment that has what `pip install authsvc` brings, and nothing else."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from attacks.forge import ISSUER, Forge
from serving import environment
from verifier.loopback import FEED, KEYS, Loopback

ROOT = Path(__file__).parents[2]
# Made by `make test`.
BASE = Path(sys.prefix) / "base" / "bin" / "python"
PROGRAM = """
import asyncio, importlib.metadata, re, sys
from authsvc.verifier import InvalidToken, Verifier

token, issuer, keys, feed = sys.argv[1:]
for requirement in importlib.metadata.requires("authsvc"):
    if "extra ==" not in requirement:
        importlib.metadata.version(re.match(r"[A-Za-z0-9_-]+", requirement)[0])

async def main():
    made = Verifier(issuer, client=("a", "b"), jwks_url=keys, revocations_url=feed)
    async with made as verifier:
        print((await verifier.verify(token)).user_id, verifier.state.feed_current)
        try:
            await verifier.verify(token + "x")
        except InvalidToken as refused:
            print(refused.status, refused.slug)
        try:
            verifier.principal
        except ModuleNotFoundError as missing:
            print("missing:", missing.name)

asyncio.run(main())
print(sorted({"fastapi", "starlette", "sqlmodel", "sqlalchemy", "structlog"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and install it, without a network, beside the base environment's packages."""
    assert BASE.exists(), "`make test` makes the environment that this needs"
    directory = tmp_path_factory.mktemp("base")
    install = ("uv", "pip", "install", "--python", BASE, "--offline", "--no-deps")
    for command in (
        (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", directory),
        (*install, "--target", directory / "site", "--find-links", directory, "authsvc"),
    ):
        subprocess.run(
            command,
            cwd=ROOT,
            check=True,
            capture_output=True,
            env={**environment(), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        )
    return directory / "site"


async def _bare(site: Path, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        BASE,
        *arguments,
        cwd=site,
        env={"PYTHONPATH": str(site), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, output.decode()


async def test_the_verifier_works_without_the_servers_packages(
    site: Path, server: Loopback, forge: Forge
) -> None:
    addresses = (ISSUER, server.origin + KEYS, server.origin + FEED)
    status, output = await _bare(site, "-c", PROGRAM, forge.token(), *addresses)
    assert status == 0, output
    assert output.splitlines() == [
        f"{forge.claims['sub']} True",
        "401 invalid-token",
        "missing: fastapi",
        "[]",
    ]


async def test_the_server_says_what_it_misses(site: Path) -> None:
    status, output = await _bare(site, "-m", "authsvc", "serve")
    assert status == 1
    assert 'pip install "authsvc[server]"' in output
