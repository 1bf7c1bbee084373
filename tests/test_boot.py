"""A92, fail-open start: what must not start in production, and how development makes its secret."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from authsvc.boot import InvalidSettings, _kept_secret, application, load_settings
from factories import SECRET
from serving import inhabit

GOOD = {
    "env": "production",
    "public_url": "https://login.example.com",
    "secret_key": SECRET,
    "database_url": "postgresql://authsvc:Nq3vTz81xYw@db.example.com/authsvc",
}
SECRET_FILE = Path(".authsvc/secret_key")


def _faults(monkeypatch: pytest.MonkeyPatch, directory: Path, **settings: str) -> list[str]:
    inhabit(monkeypatch, directory, **settings)
    with pytest.raises(InvalidSettings) as refusal:
        load_settings()
    return list(refusal.value.faults)


@pytest.fixture(autouse=True)
def _development(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inhabit(monkeypatch, tmp_path)


def test_good_production_settings_pass(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inhabit(monkeypatch, tmp_path, **GOOD)
    assert load_settings().is_production
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("bad", "says"),
    (
        ({"secret_key": ""}, "AUTHSVC_SECRET_KEY is missing"),
        ({"secret_key": "Zx81-short-canary"}, "AUTHSVC_SECRET_KEY is shorter"),
        ({"secret_key": "canary-change-me-0123456789-abcdef"}, "looks like a placeholder"),
        ({"secret_key": "canary-your_secret-0123456789-abcdef"}, "looks like a placeholder"),
        ({"secret_key": "example-0123456789-canary-abcdefghijk"}, "looks like a placeholder"),
        ({"secret_key": "a" * 64}, "looks like a placeholder"),
        ({"secret_key": "0123012301230123" * 3}, "looks like a placeholder"),
        ({"public_url": "http://canary.example.com"}, "AUTHSVC_PUBLIC_URL must begin with https"),
        ({"public_url": ""}, "AUTHSVC_PUBLIC_URL must begin with https"),
        ({"allowed_origins": "https://canary.example,*"}, "AUTHSVC_ALLOWED_ORIGINS holds *"),
        ({"database_url": "postgresql://postgres:postgres@canary/x"}, "DATABASE_URL has no pass"),
        ({"database_url": "postgres://authsvc:authsvc@canary/x"}, "DATABASE_URL has no password"),
        ({"database_url": "postgresql://authsvc@canary/x"}, "AUTHSVC_DATABASE_URL has no password"),
        ({"secretkey": "canary"}, "AUTHSVC_SECRETKEY is not a setting"),
        ({"trusted_proxie": "canary"}, "AUTHSVC_TRUSTED_PROXIE is not a setting"),
    ),
)
def test_a92_what_must_not_be_in_production_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bad: dict[str, str], says: str
) -> None:
    (line,) = _faults(monkeypatch, tmp_path, **GOOD | bad)
    assert says in line
    for value in (*bad.values(), "canary", SECRET, "Nq3vTz81xYw"):
        assert not value or value not in line
    assert list(tmp_path.iterdir()) == []


def test_a92_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = _faults(
        monkeypatch,
        tmp_path,
        env="production",
        allowed_origins="*",
        database_url="postgresql://postgres:postgres@h/d",
        misspelt="x",
    )
    assert [line.split()[0] for line in lines] == [
        "AUTHSVC_MISSPELT",
        "AUTHSVC_SECRET_KEY",
        "AUTHSVC_PUBLIC_URL",
        "AUTHSVC_ALLOWED_ORIGINS",
        "AUTHSVC_DATABASE_URL",
    ]


@pytest.mark.parametrize("name", ("AUTHSVC_SECRT_KEY", "authsvc_secrt_key"))
def test_an_unknown_name_is_refused_in_the_environment_and_in_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(name, "x")
        assert "Is it misspelt?" in _refusal()
    (tmp_path / ".env").write_text(f"{name}=x\n")
    assert _refusal() == f"{name} is not a setting of this service. Is it misspelt?"


def test_the_environment_goes_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("AUTHSVC_HASH_QUEUE=1\nAUTHSVC_DOCS_ACCESS=off\nOTHER=x\n")
    monkeypatch.setenv("AUTHSVC_HASH_QUEUE", "2")
    settings = load_settings()
    assert (settings.hash_queue, settings.docs_access) == (2, "off")


def test_a_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"AUTHSVC_ENV=\xff\xfe\n")
    assert _refusal() == ".env cannot be read as UTF-8 text."


def test_a_development_secret_is_made_for_its_owner_alone_and_kept() -> None:
    first = load_settings().secret_key.get_secret_value()
    assert len(first) >= 32
    assert stat.S_IMODE(SECRET_FILE.stat().st_mode) == 0o600
    assert stat.S_IMODE(SECRET_FILE.parent.stat().st_mode) == 0o700
    assert load_settings().secret_key.get_secret_value() == first
    assert list(SECRET_FILE.parent.iterdir()) == [SECRET_FILE]


def test_processes_that_start_together_agree_on_one_secret() -> None:
    together = Barrier(6)

    def read(_: int) -> str:
        together.wait()
        return _kept_secret(SECRET_FILE, makes=True)

    SECRET_FILE.parent.mkdir()
    interval = sys.getswitchinterval()
    # Threads stand for processes here, so let them take turns as often as those do.
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as threads:
            for _ in range(100):
                assert len(set(threads.map(read, range(6)))) == 1
                SECRET_FILE.unlink()
    finally:
        sys.setswitchinterval(interval)
    assert list(SECRET_FILE.parent.iterdir()) == []


@pytest.mark.parametrize("mode", (0o644, 0o640, 0o604, 0o622))
def test_a92_a_secret_that_others_can_read_is_refused(mode: int) -> None:
    secret = load_settings().secret_key.get_secret_value()
    SECRET_FILE.chmod(mode)
    assert (
        _refusal()
        == ".authsvc/secret_key can be read by others. Run: chmod 600 .authsvc/secret_key"
    )
    assert SECRET_FILE.read_text() == secret


def test_an_empty_secret_file_is_refused() -> None:
    load_settings()
    SECRET_FILE.write_text("\n")
    assert _refusal().startswith(".authsvc/secret_key is empty")


@pytest.mark.parametrize("settings", ({}, {"secret_key": SECRET}))
def test_a_data_directory_that_cannot_be_made_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: dict[str, str]
) -> None:
    (tmp_path / "file").touch()
    (line,) = _faults(monkeypatch, tmp_path, data_dir="file/data", **settings)
    assert line == "file/data cannot be made: Not a directory. Set AUTHSVC_DATA_DIR."


def test_a_given_secret_leaves_nothing_but_the_directory_of_the_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AUTHSVC_SECRET_KEY", SECRET)
    assert load_settings().secret_key.get_secret_value() == SECRET
    assert [path.name for path in tmp_path.rglob("*")] == [".authsvc"]


def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert load_settings(makes=False).secret_key.get_secret_value()
    assert list(tmp_path.iterdir()) == []


def test_the_application_is_made_from_the_environment_without_io(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inhabit(monkeypatch, tmp_path, **GOOD | {"docs_access": "off"})
    app = application()
    paths = {route.path for route in app.state.routes}
    assert "/profile" in paths
    assert "/docs" not in paths
    assert list(tmp_path.iterdir()) == []


def _refusal() -> str:
    with pytest.raises(InvalidSettings) as refusal:
        load_settings()
    return str(refusal.value)
