"""Kinds of values that are written into environment variables, each with a plain word when wrong.

`settings.py` builds its fields from them. No message repeats what it was given.
"""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, TypeAdapter

_ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_RATE = re.compile(r"([0-9]{1,7})\s*(?:/|\sper\s)\s*([0-9]{1,6})?\s*(second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_MOST_OFTEN = 1_000_000
_DATABASE_NUMBER = re.compile(r"/?[0-9]{0,3}")
_ISO_8601 = TypeAdapter(timedelta)


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        if value.isascii() and value.isdigit():
            return timedelta(seconds=int(value))
        if value.startswith("P"):
            return _ISO_8601.validate_python(value)
    except (ValueError, OverflowError):
        pass
    raise ValueError("must be whole seconds or an ISO 8601 duration, like 900 or PT15M")


def _origin(text: str) -> str:
    origin = text.lower().removesuffix("/")
    if not _ORIGIN.fullmatch(origin):
        raise ValueError("must be like https://app.example.com, without a path")
    return origin


def _origin_or_any(text: str) -> str:
    return text if text == "*" else _origin(text)


def _network(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ip_network(value)
    except ValueError:
        raise ValueError("must be networks like 10.0.0.0/8, without host bits") from None


def _rate(text: str) -> str:
    match = _RATE.fullmatch(text)
    amount = int(match[1]) if match else 0
    seconds = int(match[2] or 1) * _SECONDS[match[3]] if match else 0
    if not (0 < amount <= _MOST_OFTEN and 0 < seconds <= _SECONDS["day"]):
        raise ValueError(
            "must be like 30/minute or 5/5minutes: up to 1000000 within a second to a day"
        )
    return text


def check_valkey(text: str) -> str:
    """Return the address of a Valkey, or of a Redis; raise a ValueError where it is none."""
    try:
        url = urlsplit(text)
        is_whole = bool(url.hostname) and (url.port is None or url.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole or not _DATABASE_NUMBER.fullmatch(url.path) or url.query or url.fragment:
        raise ValueError("must be like valkey://host:6379 or valkey://user:password@host:6379/0")
    return text


def between(lowest: timedelta, highest: timedelta) -> AfterValidator:
    """Bound a duration, both ends included."""

    def check(value: timedelta) -> timedelta:
        if not lowest <= value <= highest:
            low, high = int(lowest.total_seconds()), int(highest.total_seconds())
            raise ValueError(f"must be from {low} to {high} seconds")
        return value

    return AfterValidator(check)


def zero_or(lowest: timedelta, highest: timedelta) -> AfterValidator:
    """Bound a duration that may also be zero, which means never."""

    def check(value: timedelta) -> timedelta:
        if value and not lowest <= value <= highest:
            low, high = int(lowest.total_seconds()), int(highest.total_seconds())
            raise ValueError(f"must be 0, or from {low} to {high} seconds")
        return value

    return AfterValidator(check)


# For tuples: entries are written with commas between them.
CommaSeparated = BeforeValidator(_split)

# Whole seconds, or ISO 8601.
Duration = Annotated[timedelta, BeforeValidator(_duration)]

# Scheme, host and port, nothing else (RFC 6454), in lower case.
Origin = Annotated[str, AfterValidator(_origin)]
OriginOrAny = Annotated[str, AfterValidator(_origin_or_any)]

Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]

# So many within so long, in the notation of the library `limits`.
Rate = Annotated[str, AfterValidator(_rate)]
