"""What each variable may hold, how it is written, and the plain line that answers the rest."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from authsvc.boot import InvalidSettings, load_settings
from authsvc.settings import Settings
from factories import SECRET
from serving import inhabit


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inhabit(monkeypatch, tmp_path, secret_key=SECRET)


def _read(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> Settings:
    monkeypatch.setenv(f"AUTHSVC_{name}", value)
    return load_settings()


def _faults(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> list[str]:
    with pytest.raises(InvalidSettings) as refusal:
        _read(monkeypatch, name, value)
    return list(refusal.value.faults)


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = load_settings()
    assert settings.env == "development"
    assert settings.public_url == "http://localhost:8000"
    assert settings.database == "sqlite:///.authsvc/authsvc.db"
    assert settings.signing_alg == "ES256"
    assert settings.signing_key_file is None
    assert settings.key_rotation == timedelta(days=30)
    assert settings.key_publish_ahead == timedelta(minutes=10)
    assert settings.access_token_ttl == timedelta(minutes=15)
    assert settings.session_idle_ttl == timedelta(days=7)
    assert settings.session_max_ttl == timedelta(days=30)
    assert settings.refresh_grace == timedelta(seconds=30)
    assert settings.registration == "open"
    assert settings.password_grant
    assert settings.password_min_length == 8
    assert settings.docs_access == "signed-in"
    assert settings.allowed_origins == ()
    assert settings.hosts == ("*",)
    assert settings.hash_concurrency >= 1
    assert settings.hash_queue == 32
    assert settings.log_style == "console"


@pytest.mark.parametrize(
    ("written", "meant"),
    (
        ("900", timedelta(minutes=15)),
        ("PT15M", timedelta(minutes=15)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P1D", timedelta(days=1)),
        ("1", timedelta(seconds=1)),
    ),
)
def test_durations_are_seconds_or_iso_8601(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: timedelta
) -> None:
    assert _read(monkeypatch, "ACCESS_TOKEN_TTL", written).access_token_ttl == meant


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    (
        ("PUBLIC_URL", "https://Login.Example.com/", "https://login.example.com"),
        ("PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("ALLOWED_ORIGINS", "https://a.example, https://b.example:8443",
         ("https://a.example", "https://b.example:8443")),
        ("ALLOWED_ORIGINS", "*", ("*",)),
        ("ALLOWED_HOSTS", "a.example,b.example", ("a.example", "b.example")),
        ("TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8, 192.0.2.1",
         (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("192.0.2.1"))),
        ("PASSWORD_GRANT", "false", False),
        ("DOCS_ACCESS", "off", "off"),
        ("SIGNING_ALG", "RS256", "RS256"),
        ("SIGNING_KEY_FILE", "/run/secrets/key", Path("/run/secrets/key")),
        ("SIGNING_KEY_FILE", "", None),
        ("KEY_ROTATION", "0", timedelta(0)),
        ("KEY_ROTATION", "P1D", timedelta(days=1)),
        ("KEY_PUBLISH_AHEAD", "3", timedelta(seconds=3)),
        ("HASH_QUEUE", "0", 0),
        ("REFRESH_GRACE", "0", timedelta(0)),
        ("RATE_LIMIT_STORAGE", "valkey://localhost:6379", "valkey://localhost:6379"),
        ("DATABASE_URL", "postgres://u:p@h/d", "postgres://u:p@h/d"),
        ("DATABASE_URL", "postgresql://u:p@h/d?sslmode=require", "postgresql://u:p@h/d?sslmode=require"),
        ("LOG_FORMAT", "", None),
        ("PUBLIC_URL", "", "http://localhost:8000"),
    ),
)  # fmt: skip
def test_what_is_written_is_what_is_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, meant: object
) -> None:
    assert getattr(_read(monkeypatch, name, written), name.lower()) == meant


@pytest.mark.parametrize(
    ("name", "canary", "says"),
    (
        ("ENV", "prod", "'development' or 'production'"),
        ("PUBLIC_URL", "*", "https://app.example.com"),
        ("PUBLIC_URL", "ftp://canary.example", "https://app.example.com"),
        ("PUBLIC_URL", "https://canary.example/login", "without a path"),
        ("PUBLIC_URL", "https://canary:hunter2@example.com", "https://app.example.com"),
        ("PUBLIC_URL", "https://canary.example:port", "https://app.example.com"),
        ("PUBLIC_URL", "https://cana ry.example", "https://app.example.com"),
        ("PUBLIC_URL", "https://canary.example\nx", "https://app.example.com"),
        ("ALLOWED_ORIGINS", "https://a.example,canary", "https://app.example.com"),
        ("ALLOWED_ORIGINS", "null", "https://app.example.com"),
        ("TRUSTED_PROXIES", "10.0.0.77/8,canary", "10.0.0.0/8"),
        ("ACCESS_TOKEN_TTL", "canary", "900 or PT15M"),
        ("ACCESS_TOKEN_TTL", "²", "900 or PT15M"),
        ("ACCESS_TOKEN_TTL", "٩٠٠", "900 or PT15M"),
        ("ACCESS_TOKEN_TTL", "00:15:00", "900 or PT15M"),
        ("ACCESS_TOKEN_TTL", "-77", "900 or PT15M"),
        ("ACCESS_TOKEN_TTL", "P7DX", "900 or PT15M"),
        ("ACCESS_TOKEN_TTL", "7" * 30, "900 or PT15M"),
        pytest.param("ACCESS_TOKEN_TTL", "7" * 5000, "900 or PT15M", id="5000 digits"),
        ("ACCESS_TOKEN_TTL", "0", "from 1 to 86400 seconds"),
        ("ACCESS_TOKEN_TTL", "PT24H1S", "from 1 to 86400 seconds"),
        ("SESSION_IDLE_TTL", "PT0S", "from 1 to"),
        ("SESSION_MAX_TTL", "P401D", "to 34560000 seconds"),
        ("REFRESH_GRACE", "301", "from 0 to 300 seconds"),
        ("KEY_ROTATION", "86399", "must be 0, or from 86400 to 34560000 seconds"),
        ("KEY_ROTATION", "P401D", "must be 0, or from 86400 to 34560000 seconds"),
        ("KEY_PUBLISH_AHEAD", "2", "from 3 to 86400 seconds"),
        ("KEY_PUBLISH_AHEAD", "0", "from 3 to 86400 seconds"),
        ("SIGNING_ALG", "none", "'ES256', 'RS256' or 'HS256'"),
        ("REGISTRATION", "canary", "'open' or 'closed'"),
        ("PASSWORD_GRANT", "canary", "boolean"),
        ("PASSWORD_MIN_LENGTH", "7", "greater than or equal to 8"),
        ("DOCS_ACCESS", "canary", "'signed-in', 'public' or 'off'"),
        ("HASH_CONCURRENCY", "0", "greater than or equal to 1"),
        ("HASH_CONCURRENCY", "canary", "integer"),
        ("HASH_QUEUE", "-77", "greater than or equal to 0"),
        ("RATE_LIMIT_STORAGE", "canary://x", "memory:// or valkey://"),
        ("CLIENTS", "canary", "name:secret"),
        ("CLIENTS", "canary:", "name:secret"),
        ("LOG_FORMAT", "canary", "'console' or 'json'"),
        ("DATABASE_URL", "canary", "not a database address"),
        ("DATABASE_URL", "mysql://canary:hunter2@h/d", "only sqlite and postgresql"),
        ("DATABASE_URL", "sqlite://", "sqlite needs a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite needs a file"),
    ),
)  # fmt: skip
def test_a_bad_value_is_one_clear_line_that_does_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch, name: str, canary: str, says: str
) -> None:
    (line,) = _faults(monkeypatch, name, canary)
    assert line.startswith(f"AUTHSVC_{name}: ")
    assert says in line
    assert "\n" not in line
    for secret in ("canary", "hunter2", "7" * 2, "²", "tooshort"):
        assert secret not in line


@pytest.mark.parametrize(
    ("url", "host"),
    (
        ("https://login.example.com", "login.example.com"),
        ("https://login.example.com:8443", "login.example.com"),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]"),
    ),
)
def test_production_answers_for_the_public_urls_host(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str
) -> None:
    monkeypatch.setenv("AUTHSVC_ENV", "production")
    settings = _read(monkeypatch, "PUBLIC_URL", url)
    assert settings.hosts == (host,)
    assert settings.log_style == "json"


def test_no_secret_is_in_the_settings_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHSVC_DATABASE_URL", "postgresql://u:canary-one@h/d")
    monkeypatch.setenv("AUTHSVC_SECRET_KEY_PREVIOUS", "canary-two")
    monkeypatch.setenv("AUTHSVC_METRICS_TOKEN", "canary-three")
    monkeypatch.setenv("AUTHSVC_RATE_LIMIT_STORAGE", "valkey://u:canary-five@h")
    settings = _read(monkeypatch, "CLIENTS", "gateway:canary-four" + "x" * 32)
    text = f"{settings!r} {settings}"
    assert "canary" not in text
    assert SECRET not in text
