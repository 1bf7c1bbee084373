"""Every metric of the service, by name, and what counts on it.

An application has a registry of its own. Where several worker processes share a directory of
counts (`PROMETHEUS_MULTIPROC_DIR`, made by `authsvc serve`), any of them answers for all.
"""

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

# A second series for each counter, with when it began, that nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

__all__ = ["CONTENT_TYPE", "MULTIPROCESS_DIR", "Counters"]

MULTIPROCESS_DIR = "PROMETHEUS_MULTIPROC_DIR"

# Seconds. A verified token takes one millisecond, a password some hundred, a full queue seconds.
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# Events of the log that are counted: the metric's name, what it says, and the field that tells
# them apart. Fields hold words of our own only, so there are never many.
_EVENTS: Mapping[str, tuple[str, str, str | None]] = {
    "signed_up": ("sign_ups", "Accounts made", None),
    "login_failed": ("failed_logins", "Sign-ins refused for what was given", "reason"),
    "login": ("logins", "Sessions begun with a password", None),
    "refreshed": ("refreshes", "Refresh tokens exchanged", None),
    "refresh_reuse": ("refresh_reuses", "Sessions ended as a used token came again", None),
    "reauthentication_failed": ("failed_confirmations", "Wrong passwords of the signed-in", None),
    "token_refused": ("refused_tokens", "Access tokens refused", "reason"),
    "limited": ("limited", "Attempts refused as too many", "reason"),
    "limits_unavailable": ("limit_failures", "Attempts that could not be counted", "error"),
    "refused": ("refusals", "Requests refused as no client in good order sends them", "problem"),
    "database_unavailable": ("database_failures", "Requests that found no database", "error"),
    "unexpected_error": ("unexpected_errors", "Errors nobody had thought of", None),
}
# Shown as zero before they first happen: an alarm can ask how fast they grow.
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "login_failed": ("unknown", "password", "disabled"),
    "limited": ("tries", "address", "account-address", "account", "network", "refreshes"),
}

# Readings: name, what it says, and how those of several processes become one.
_READINGS: Mapping[str, tuple[str, Literal["livesum", "livemin"]]] = {
    "hashes_running": ("Passwords being hashed now", "livesum"),
    "hashes_waiting": ("Passwords waiting to be hashed", "livesum"),
    "hash_slots": ("Passwords that may be hashed or wait at once", "livesum"),
    "database_connections_used": ("Database connections in use", "livesum"),
    "database_connections_most": ("Database connections that may be in use", "livesum"),
    "signing_keys": ("Keys in the ring", "livemin"),
    "revocation_feed_read_timestamp_seconds": ("When ended sessions were last read", "livemin"),
}


class Counters:
    """The instruments of one application."""

    def __init__(self) -> None:
        """Make all of them, at zero."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "requests",
            "Requests by method, route and status",
            ("method", "route", "status"),
            namespace="authsvc",
            registry=self._registry,
        )
        self._durations = self._histogram("request_duration_seconds", "Time to answer", "route")
        self._waits = self._histogram("hash_wait_seconds", "Time a password waited")
        self._hashes = self._histogram("hash_duration_seconds", "Time a password took")
        self._events = {event: self._counter(event) for event in _EVENTS}
        self._readings = {name: self._gauge(name) for name in _READINGS}

    def request(self, method: str, route: str, status: str, seconds: float) -> None:
        """Count an answered request. `route` is a template, never a path as it was sent."""
        self._requests.labels(method, route, status).inc()
        self._durations.labels(route).observe(seconds)

    def hashed(self, waited: float, took: float) -> None:
        """Count a hashing job, in seconds. Called by the hashing threads."""
        self._waits.observe(waited)
        self._hashes.observe(took)

    def hear(self, event: Mapping[str, object]) -> None:
        """Count a line of the log, if it is one of those that are counted."""
        counter = self._events.get(str(event.get("event")))
        if counter is None:
            return
        field = _EVENTS[str(event["event"])][2]
        (counter.labels(str(event.get(field))) if field else counter).inc()

    def read(self, readings: Mapping[str, Callable[[], float]]) -> None:
        """Take readings, by the names in this module."""
        for name, reading in readings.items():
            self._readings[name].set(reading())

    def text(self) -> bytes:
        """Write all of it down, of all processes that count together, as `CONTENT_TYPE`."""
        directory = os.environ.get(MULTIPROCESS_DIR)
        if not directory:
            return generate_latest(self._registry)
        _forget_the_dead(Path(directory))
        everything = CollectorRegistry()
        MultiProcessCollector(everything, directory)  # type: ignore[no-untyped-call]
        return generate_latest(everything)

    def _histogram(self, name: str, says: str, *labels: str) -> Histogram:
        buckets = _SLOW if name.startswith("hash") else _QUICK
        return Histogram(
            name, says, labels, namespace="authsvc", registry=self._registry, buckets=buckets
        )

    def _counter(self, event: str) -> Counter:
        name, says, field = _EVENTS[event]
        labels = (field,) if field else ()
        counter = Counter(name, says, labels, namespace="authsvc", registry=self._registry)
        for value in _EXPECTED.get(event, ()):
            counter.labels(value)
        return counter

    def _gauge(self, name: str) -> Gauge:
        says, mode = _READINGS[name]
        return Gauge(
            name, says, namespace="authsvc", registry=self._registry, multiprocess_mode=mode
        )


def _forget_the_dead(directory: Path) -> None:
    """Drop the readings of processes that were killed. What they have counted stays."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in directory.glob("gauge_live*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            # Another process may be at the same, for another scrape.
            with contextlib.suppress(FileNotFoundError):
                mark_process_dead(pid, str(directory))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
