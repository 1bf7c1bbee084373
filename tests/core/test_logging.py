"""A89, log injection: one line for each event, only fields that are listed, in either style."""

import json
import logging
from typing import Literal

import pytest
import structlog

from authsvc.core.logging import FIELDS, configure_logging

Style = Literal["console", "json"]

HOSTILE = (
    "two\r\nlines",
    "\n2026-11-24T00:00:00Z [info     ] login user_id=forged",
    "\nTraceback (most recent call last):\nforged",
    "Traceback (most recent call last):\nforged",
    "\x1b[2J\x1b[31mred",
    "line\u2028separator\u2029\x85\x0b\x0c",
    "right\u202eto left",
    "nul\x00bell\x07",
    'quotes " and \\ and {"event": "forged"}',
    "lone \udc80 surrogate",
    "x" * 100_000,
    "\nTraceback " + "x" * 100_000,
    b"\xff\xfe\r\n",
)


def _fail(reason: str, password: str = "") -> None:
    kept = password
    raise RuntimeError(reason if kept == password else "")


def _written(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("style", ("console", "json"))
@pytest.mark.parametrize("source", ("structlog", "stdlib", "event"))
def test_a89_hostile_text_stays_on_its_line(
    capsys: pytest.CaptureFixture[str], style: Style, source: str, value: object
) -> None:
    configure_logging(style)
    match source:
        case "structlog":
            structlog.get_logger("test").info("request", path=value)
        case "stdlib":
            logging.getLogger("uvicorn.error").warning("odd: %s", value)
        case _:
            structlog.get_logger("test").info(f"odd: {value!s}")
    text = _written(capsys)
    (line,) = text.splitlines()
    assert line.isprintable()
    assert len(line) < 1500
    if style == "json":
        assert line.isascii()
        assert json.loads(line)["level"] in {"info", "warning"}


@pytest.mark.parametrize("style", ("console", "json"))
def test_fields_that_are_not_listed_are_not_written(
    capsys: pytest.CaptureFixture[str], style: Style
) -> None:
    configure_logging(style)
    log = structlog.get_logger("test")
    names = ("password", "token", "access_token", "authorization", "cookie", "email", "body", "key")
    assert not FIELDS & set(names)
    log.info("login", user_id="known", **dict.fromkeys(names, "canary"))
    with structlog.contextvars.bound_contextvars(secret="canary"):
        log.warning("refused")
    logging.getLogger("other").warning("refused", extra={"password": "canary"})
    text = _written(capsys)
    assert "known" in text
    assert "canary" not in text
    assert "password" not in text


def test_an_exception_is_one_json_line_with_its_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        _fail("two\nlines")
    except RuntimeError:
        structlog.get_logger("test").exception("unexpected_error")
    (line,) = _written(capsys).splitlines()
    event = json.loads(line)
    assert event["exception"].startswith("Traceback (most recent call last):\n")
    assert event["exception"].endswith("RuntimeError: two\nlines")


@pytest.mark.parametrize("style", ("console", "json"))
def test_an_exception_is_written_whatever_its_text(
    capsys: pytest.CaptureFixture[str], style: Style
) -> None:
    configure_logging(style)
    reason = "half a \udc80 character, \u00e9 and \U0001f98a"
    try:
        _fail(reason)
    except RuntimeError:
        structlog.get_logger("test").exception("unexpected_error")
        logging.getLogger("uvicorn.error").exception("failed")
    logging.getLogger("uvicorn.error").error("Traceback (most recent call last):\n%s", reason)
    said = _written(capsys)
    shown = "\\\\udc80" if style == "json" else "\\udc80"
    assert said.count(f"half a {shown} character") == 3


@pytest.mark.parametrize("style", ("console", "json"))
def test_a_traceback_does_not_show_what_variables_held(
    capsys: pytest.CaptureFixture[str], style: Style
) -> None:
    configure_logging(style)

    try:
        _fail("failed", password="can" + "ary")
    except RuntimeError:
        structlog.get_logger("test").exception("unexpected_error")
    text = _written(capsys)
    assert "RuntimeError: failed" in text
    assert "canary" not in text


def test_a_failed_start_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console")
    logging.getLogger("uvicorn.error").error(
        "Traceback (most recent call last):\n  File x\nOSError"
    )
    assert _written(capsys).count("\n") == 3


def test_numbers_and_nothing_stay_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("test").info("request", status=200, duration_ms=1.5, reason=None)
    event = json.loads(_written(capsys))
    assert (event["status"], event["duration_ms"], event["reason"]) == (200, 1.5, None)


def test_a_commands_log_is_kept_to_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("console", logging.WARNING)
    structlog.get_logger("test").info("signing_key_created")
    logging.getLogger("uvicorn.error").info("Started")
    structlog.get_logger("test").warning("refused")
    assert len(_written(capsys).splitlines()) == 1


@pytest.mark.parametrize("name", ("uvicorn.access", "sqlalchemy.engine", "alembic", "asyncio"))
def test_talkative_libraries_are_quiet(capsys: pytest.CaptureFixture[str], name: str) -> None:
    logging.getLogger(name).info("canary")
    assert _written(capsys) == ""
