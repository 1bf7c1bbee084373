"""`authsvc serve` refuses before it opens a port, in one line for each fault (A92).

The port is taken by the test. A server that went for it before its checks would say so.
"""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cli.terminal import Ended, authsvc
from factories import SECRET
from serving import PROGRAM, environment, free_port

PRODUCTION = {
    "AUTHSVC_ENV": "production",
    "AUTHSVC_PUBLIC_URL": "https://login.example.com",
    "AUTHSVC_SECRET_KEY": SECRET,
}


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _serve(port: int) -> Ended:
    return authsvc("serve", "--port", str(port))


def _is_taken(port: int) -> str:
    return f"authsvc: Cannot listen on 127.0.0.1, port {port}: Address already in use.\n"


@pytest.mark.parametrize(
    ("bad", "says"),
    (
        ({"SECRET_KEY": ""}, "AUTHSVC_SECRET_KEY is missing."),
        ({"SECRET_KEY": "canary-Zx81"}, "AUTHSVC_SECRET_KEY is shorter than 32 characters."),
        ({"SECRET_KEY": "changeme-canary-0123456789-abcdef"}, "AUTHSVC_SECRET_KEY looks like"),
        ({"PUBLIC_URL": "http://canary.example"}, "AUTHSVC_PUBLIC_URL must begin with https://"),
        ({"ALLOWED_ORIGINS": "*"}, "AUTHSVC_ALLOWED_ORIGINS holds *"),
        ({"SECRET_KYE": "canary"}, "AUTHSVC_SECRET_KYE is not a setting"),
        ({"DATABASE_URL": "postgresql://postgres:postgres@canary/x"}, "AUTHSVC_DATABASE_URL has"),
        ({"ACCESS_TOKEN_TTL": "canary"}, "AUTHSVC_ACCESS_TOKEN_TTL: must be"),
    ),
)
def test_a92_a_faulty_production_does_not_start(
    monkeypatch: pytest.MonkeyPatch, taken_port: int, bad: dict[str, str], says: str
) -> None:
    for name, value in (PRODUCTION | {f"AUTHSVC_{name}": bad[name] for name in bad}).items():
        monkeypatch.setenv(name, value)
    ended = _serve(taken_port)
    assert ended.status == 1
    assert ended.out == ""
    (line,) = ended.err.splitlines()
    assert line.startswith(f"authsvc: {says}")
    assert "canary" not in line
    assert SECRET not in line


def test_a92_every_fault_has_a_line_of_its_own(
    monkeypatch: pytest.MonkeyPatch, taken_port: int
) -> None:
    monkeypatch.setenv("AUTHSVC_ENV", "production")
    monkeypatch.setenv("AUTHSVC_SECRET_KEY", "short")
    monkeypatch.setenv("AUTHSVC_ALLOWED_ORIGINS", "*")
    ended = _serve(taken_port)
    assert ended.status == 1
    assert [line.split()[1] for line in ended.err.splitlines()] == [
        "AUTHSVC_SECRET_KEY",
        "AUTHSVC_PUBLIC_URL",
        "AUTHSVC_ALLOWED_ORIGINS",
    ]


def test_a92_a_refusing_process_never_listens(here: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port)],
        cwd=here,
        env=environment(env="production", public_url="https://login.example.com"),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while process.poll() is None:
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                process.terminate()
                pytest.fail("the port was open")
        assert process.returncode == 1
        assert process.stderr
        assert process.stderr.read().startswith("authsvc: AUTHSVC_SECRET_KEY is missing.")


def test_a_taken_port_is_a_clear_line_and_no_welcome(taken_port: int) -> None:
    ended = _serve(taken_port)
    assert ended.status == 1
    assert ended.err.endswith(_is_taken(taken_port))
    assert "authsvc is on" not in ended.err


def test_a_host_that_is_none_is_a_clear_line() -> None:
    ended = authsvc("serve", "--host", "no.such.host.invalid")
    assert ended.status == 1
    assert "authsvc: Cannot listen on no.such.host.invalid, port 8000: " in ended.err


def test_sqlite_is_migrated_by_itself(here: Path, taken_port: int) -> None:
    assert _serve(taken_port).err.endswith(_is_taken(taken_port))
    assert (here / ".authsvc" / "authsvc.db").exists()
    checked = authsvc("check")
    assert checked.status == 0
    assert "ok     database: SQLite, schema current\n" in checked.out
    assert "ok     keys: ES256, 1 in the ring, " in checked.out


def test_a_server_database_is_not_migrated_by_itself(
    monkeypatch: pytest.MonkeyPatch, empty_postgresql: str, taken_port: int
) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", empty_postgresql)
    for _ in range(2):
        assert _serve(taken_port) == (
            1,
            "",
            "authsvc: The database's schema is not that of this version. Run: authsvc migrate\n",
        )
    assert authsvc("migrate").status == 0
    assert _serve(taken_port).err.endswith(_is_taken(taken_port))


def test_a_key_that_does_not_open_is_named_and_not_replaced(
    monkeypatch: pytest.MonkeyPatch, empty_address: str, taken_port: int
) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", empty_address)
    authsvc("migrate")
    _serve(taken_port)
    monkeypatch.setenv("AUTHSVC_SECRET_KEY", SECRET[::-1])
    ended = _serve(taken_port)
    assert ended.status == 1
    (line,) = ended.err.splitlines()
    assert line.startswith("authsvc: The signing key ")
    assert "does not open under AUTHSVC_SECRET_KEY" in line
    assert SECRET[::-1] not in line
    monkeypatch.setenv("AUTHSVC_SECRET_KEY_PREVIOUS", SECRET)
    assert _serve(taken_port).err.endswith(_is_taken(taken_port))
