"""The settings of the limits: their defaults, how they are written, and what stops the boot."""

from datetime import timedelta
from pathlib import Path

import pytest

from authsvc.boot import InvalidSettings, load_settings
from factories import LIMITS, SECRET
from serving import inhabit

MINUTE = timedelta(minutes=1)
A_RATE = "30/minute or 5/5minutes"


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inhabit(monkeypatch, tmp_path, secret_key=SECRET)


def test_the_defaults_are_those_of_the_contract() -> None:
    assert load_settings().rate_limit_storage == "memory://"
    assert LIMITS == {
        "limit_tries": "30/minute",
        "limit_failures_address": "10/minute",
        "limit_failures_account_address": "5/5minutes",
        "limit_failures_account": "50/hour",
        "limit_failures_network": "100/10minutes",
        "limit_blocks": (MINUTE, 10 * MINUTE, 60 * MINUTE),
        "limit_sign_ups": "20/hour",
        "limit_sign_up_tries": "200/hour",
        "limit_refreshes": "30/minute",
    }


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    (
        ("RATE_LIMIT_STORAGE", "rediss://u:p@[::1]/15", "rediss://u:p@[::1]/15"),
        ("LIMIT_TRIES", "5 per 5 minutes", "5 per 5 minutes"),
        ("LIMIT_BLOCKS", "30, PT1H", (timedelta(seconds=30), timedelta(hours=1))),
    ),
)
def test_what_is_written_is_what_is_meant(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, meant: object
) -> None:
    monkeypatch.setenv(f"AUTHSVC_{name}", written)
    assert getattr(load_settings(), name.lower()) == meant


@pytest.mark.parametrize(
    ("name", "canary", "says"),
    (
        ("RATE_LIMIT_STORAGE", "memory://canary", "memory:// or valkey://"),
        ("RATE_LIMIT_STORAGE", "valkey://", "valkey://host:6379"),
        ("RATE_LIMIT_STORAGE", "valkey://canary:hunter2@h:canary", "valkey://host:6379"),
        ("RATE_LIMIT_STORAGE", "valkey://canary/canary", "valkey://host:6379"),
        ("LIMIT_TRIES", "77", A_RATE),
        ("LIMIT_TRIES", "0/minute", A_RATE),
        ("LIMIT_TRIES", "1/0minutes", A_RATE),
        ("LIMIT_TRIES", "7777777/second", "up to 1000000"),
        ("LIMIT_TRIES", "1/2days", "within a second to a day"),
        ("LIMIT_TRIES", "1/month", "within a second to a day"),
        ("LIMIT_TRIES", "canary/minute", A_RATE),
        ("LIMIT_TRIES", "٣/minute", A_RATE),
        ("LIMIT_TRIES", "77/minute;5/second", A_RATE),
        pytest.param("LIMIT_TRIES", "7" * 5000 + "/minute", A_RATE, id="5000 digits"),
        ("LIMIT_BLOCKS", "60,canary", "900 or PT15M"),
        ("LIMIT_BLOCKS", "60,0", "from 1 to 86400 seconds"),
        ("LIMIT_BLOCKS", ",", "at least 1 item"),
    ),
)
def test_a_bad_value_is_one_clear_line_that_does_not_repeat_it(
    monkeypatch: pytest.MonkeyPatch, name: str, canary: str, says: str
) -> None:
    monkeypatch.setenv(f"AUTHSVC_{name}", canary)
    with pytest.raises(InvalidSettings) as refusal:
        load_settings()
    (line,) = refusal.value.faults
    assert line.startswith(f"AUTHSVC_{name}: ")
    assert says in line
    for secret in ("canary", "hunter2", "77", "٣"):
        assert secret not in line
