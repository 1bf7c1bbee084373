"""A92: with a key file that must not sign nothing starts, and one line says why."""

import asyncio
import socket
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authsvc.core.database import Database
from cli.terminal import Ended, authsvc
from keys.keepers import stored
from keys.key_files import CURVE, MODULUS, key_file
from keys.materials import pem

WEAK = pem(rsa.generate_private_key(65537, 1024))  # noqa: S505 - weak on purpose
P384 = pem(ec.generate_private_key(ec.SECP384R1()))


@pytest.fixture(autouse=True)
def _same_database(monkeypatch: pytest.MonkeyPatch, database_address: str) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", database_address)


def _serve() -> Ended:
    """Start on a port that is taken: what gets that far says so, and nothing ever listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return authsvc("serve", "--port", str(server.getsockname()[1]))


@pytest.mark.parametrize(
    ("alg", "content", "mode", "says"),
    (
        ("RS256", WEAK, 0o600, "it is RSA of 1024 bits, and RS256 needs RSA of 2048 to 4096 bits."),
        ("ES256", P384, 0o600, "on the curve secp384r1, and ES256 needs P-256 (secp256r1)."),
        ("ES256", pem(MODULUS), 0o600, "it is RSA of 2048 bits, and ES256 needs P-256"),
        ("HS256", b'{"kty":"oct","k":"c2hvcnQ"}', 0o600, "is not random"),
        ("ES256", b"garbage", 0o600, "it is neither PEM nor a JWK."),
        ("ES256", pem(CURVE), 0o644, "it is open to others. Run: chmod 600 "),
        ("ES256", pem(CURVE), None, "cannot be read: No such file or directory."),
    ),
)
async def test_a92_a_key_file_that_must_not_sign_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
    here: Path,
    database: Database,
    alg: str,
    content: bytes,
    mode: int | None,
    says: str,
) -> None:
    path = here / "own.pem" if mode is None else key_file(here / "own.pem", content, mode)
    monkeypatch.setenv("AUTHSVC_SIGNING_ALG", alg)
    monkeypatch.setenv("AUTHSVC_SIGNING_KEY_FILE", str(path))
    ended = await asyncio.to_thread(_serve)
    assert (ended.status, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert line.startswith(f"authsvc: AUTHSVC_SIGNING_KEY_FILE: {path} ")
    assert says in line
    assert not await stored(database)
    checked = await asyncio.to_thread(authsvc, "check")
    assert checked.status == 1
    assert line.removeprefix("authsvc: ") in checked.out


async def test_a_good_one_gets_as_far_as_listening(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    monkeypatch.setenv("AUTHSVC_SIGNING_KEY_FILE", str(key_file(here / "own.pem", pem(CURVE))))
    ended = await asyncio.to_thread(_serve)
    assert ended.status == 1
    assert "Cannot listen on 127.0.0.1" in ended.err
