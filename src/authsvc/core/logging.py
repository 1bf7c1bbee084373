"""Logs: one line per event, for people in development and as JSON in production.

Only the fields named here are ever written. A password or token handed to the logger by mistake
does not come out at the other end.
"""

import contextlib
import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from functools import cache, partial
from types import MappingProxyType, NoneType
from typing import Any, Literal, TextIO

import structlog
from pydantic_core import to_json
from structlog.typing import Processor

# Whatever a line may say. Ids are random and open nothing; `account` is a keyed hash of an e-mail.
FIELDS = frozenset(
    {
        "account",
        "address",
        "alg",
        "command",
        "count",
        "duration_ms",
        "error",
        "event",
        "exception",
        "job",
        "kid",
        "level",
        "logger",
        "method",
        "path",
        "problem",
        "reason",
        "request_id",
        "seconds",
        "session_id",
        "status",
        "timestamp",
        "user_id",
        "version",
        "workers",
    }
)
# What every line of one request says. A single variable, because each request pays for it.
REQUEST: ContextVar[Mapping[str, str]] = ContextVar("request", default=MappingProxyType({}))

_LONGEST_VALUE = 512
_PLAIN = frozenset({int, float, bool, NoneType})
# Called with each event that is logged while it is set: one application listens to its own
# requests, and to nobody else's.
listener: ContextVar[Callable[[Mapping[str, Any]], None] | None] = ContextVar(
    "listener", default=None
)
_QUIET = ("uvicorn.access", "sqlalchemy", "alembic", "aiosqlite", "asyncio")


def configure_logging(style: Literal["console", "json"], level: int = logging.INFO) -> None:
    """Send structlog's and the standard library's lines to standard error in one shape."""
    shared: list[Processor] = [
        _add_request,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Plain tracebacks: the colourful kind prints local variables, and those hold passwords.
    last: list[Processor] = [structlog.processors.format_exc_info, _only_known_fields]
    if style == "json":
        last.append(_as_json)
    else:
        last.append(
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    structlog.configure(
        processors=[_tell, *shared, *last],
        # Each logger is made once, and its lines go past the standard library's machinery.
        logger_factory=cache(partial(_Lines, handler)),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _add_request(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    event.update(REQUEST.get())
    return event


class _Lines:
    """Writes finished lines of one logger to where a handler writes.

    A line through the standard library costs more than the request that it is about.
    """

    def __init__(self, handler: "logging.StreamHandler[TextIO]", name: str | None = None) -> None:
        self.name = name
        self._handler = handler

    def info(self, line: str) -> None:
        # As the handler does: nothing that is wrong with standard error fails a request.
        with (
            contextlib.suppress(OSError, ValueError),
            self._handler.lock or contextlib.nullcontext(),
        ):
            self._handler.stream.write(line + self._handler.terminator)
            self._handler.flush()

    debug = warning = error = critical = info


def _as_json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return to_json(event, ensure_ascii=True).decode()


def _tell(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if listens := listener.get():
        listens(event)
    return event


def _only_known_fields(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    return {
        key: value if type(value) in _PLAIN else _shown(key, value)
        for key, value in event.items()
        if key in FIELDS
    }


def _shown(key: str, value: object) -> str:
    """Keep a value on its line: control characters are escaped, long texts cut."""
    text = str(value)
    if text.isprintable() and len(text) <= _LONGEST_VALUE:
        return text
    # What Python has formatted; the server hands on that of a failed start as its event.
    if key == "exception" or (key == "event" and text.startswith("Traceback ")):
        # Half a character, as names of files can have, cannot be written.
        return text.encode(errors="backslashreplace").decode()
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
