"""A strict reading of JSON (RFC 8259 without its loose ends), for request bodies and for tokens.

Two parsers that disagree about one text are a way in, so whatever could be read in two ways is
refused: duplicate members, NaN and Infinity, numbers that overflow, a byte-order mark, lone
surrogates, deep nesting.
"""

import json
import math
import re
from typing import NoReturn

# A string that never ends is taken to the end of the text: each character is looked at once.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class StrictJSONError(ValueError):
    """The text is not JSON, or can be read in more than one way."""


def loads(raw: bytes, *, max_depth: int) -> object:
    """Parse UTF-8 encoded JSON.

    Args:
        raw: The whole text.
        max_depth: How many arrays and objects may stand inside each other.

    Raises:
        StrictJSONError: With a reason that never repeats the text.

    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise StrictJSONError("not UTF-8") from None
    _check_depth(text, max_depth)
    try:
        value = _read(text)
        if "\\u" in text:
            # An escaped lone surrogate parses, but is no character: it cannot be stored or sent.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except StrictJSONError:
        raise
    except (ValueError, RecursionError):
        raise StrictJSONError("not valid JSON") from None
    return value


def _check_depth(text: str, max_depth: int) -> None:
    # So many brackets as a deep text needs are rare; most need not be looked at one by one.
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for match in _STRUCTURE.finditer(text):
        token = match.group()
        if token in "[{":
            depth += 1
            if depth > max_depth:
                raise StrictJSONError("nested too deeply")
        elif token in "]}":
            depth -= 1


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise StrictJSONError("an object names a member twice")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise StrictJSONError("NaN and Infinity are not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise StrictJSONError("a number is out of range")
    return number


# Built once: for every text anew it would cost as much as reading a short one.
_read = json.JSONDecoder(
    object_pairs_hook=_unique_members, parse_constant=_refuse_constant, parse_float=_finite
).decode
