"""The one reading of a token: a pure function over a text and a key ring.

The order matters. Nothing is decoded before its length is bounded, nothing is believed before the
signature holds, and no member of the header chooses how the token is checked: the algorithm is the
one stored with the key. RFC 7515 §5.2, RFC 8725 §3.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from authsvc.core import strict_json
from authsvc.tokens.claims import Claims, Purpose
from authsvc.tokens.errors import InvalidToken
from authsvc.tokens.genuine import GenuineToken
from authsvc.tokens.keyring import KeyRing, VerificationKey

MAX_LENGTH = 4096
_MAX_HEADER = 1024
_MAX_DEPTH = 8
_SEGMENTS = 3
# Under 2 KiB each. Strangers who make up others can push ours out, and that loses us little.
_HEADERS = 64
_HEADER_MEMBERS = frozenset({"alg", "kid", "typ"})
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class _Parts:
    header: Mapping[str, str]
    payload: bytes
    signature: bytes
    signing_input: bytes


def parse(
    text: str,
    ring: KeyRing,
    purpose: Purpose,
    *,
    issuer: str,
    now: datetime,
    audience: str | None = None,
) -> Claims:
    """Check a token and return what it says.

    Args:
        text: The token in compact serialisation.
        ring: The keys to accept.
        purpose: What the token must be for.
        issuer: The `iss` it must carry, compared byte by byte.
        now: The current time.
        audience: The `aud` it must name instead of the purpose's own: for verifiers elsewhere that
            answer to another name.

    Raises:
        InvalidToken: If anything at all is wrong with it.
        ExpiredToken: If it is genuine and past its `exp`.

    """
    genuine = prove(text, ring, purpose, issuer=issuer, now=now, audience=audience)
    return genuine.claims_at(now)


def prove(
    text: str,
    ring: KeyRing,
    purpose: Purpose,
    *,
    issuer: str,
    now: datetime,
    audience: str | None = None,
) -> GenuineToken:
    """Check everything about a token but its times. Takes what `parse` takes.

    Raises:
        InvalidToken: If anything at all is wrong with it.

    """
    try:
        parts = _split(text)
        key = _check_signature(parts, ring, purpose, now)
        claims = _read_claims(parts.payload)
        _check_claims(claims, purpose, issuer, audience or purpose.value.audience)
    except InvalidToken:
        raise
    except Exception as fault:
        # The border: whatever an odd token makes a library do, the answer is the same.
        raise InvalidToken("unreadable") from fault
    return GenuineToken(claims, key)


def _split(text: str) -> _Parts:
    if len(text) > MAX_LENGTH:
        raise InvalidToken("too-long")
    segments = text.split(".")
    if len(segments) != _SEGMENTS:
        raise InvalidToken("segments")
    # Each alone is canonical before anything in the header is looked at.
    payload, signature = _decode(segments[1]), _decode(segments[2])
    return _Parts(
        header=_read_header(segments[0]),
        payload=payload,
        signature=signature,
        signing_input=text.rpartition(".")[0].encode(),
    )


@lru_cache(_HEADERS)
def _read_header(segment: str) -> Mapping[str, str]:
    """Read a header. It is the same in every token under a key: only those that pass are kept."""
    raw = _decode(segment)
    if len(raw) > _MAX_HEADER:
        raise InvalidToken("header-too-long")
    members = _json_object(raw)
    # `crit`, `jwk`, `jku`, `x5u`, `b64`, `zip`: nothing we issue has them, so nothing we read does.
    if set(members) != _HEADER_MEMBERS or not all(isinstance(v, str) for v in members.values()):
        raise InvalidToken("header")
    return MappingProxyType(members)


def _decode(segment: str) -> bytes:
    """Decode base64url in its one canonical spelling: no padding, no spare bits."""
    if not _BASE64URL.fullmatch(segment):
        raise InvalidToken("base64")
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise InvalidToken("base64") from None
    if encode_segment(raw) != segment:
        raise InvalidToken("base64")
    return raw


def encode_segment(raw: bytes) -> str:
    """Encode bytes as a segment of a token (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        value = strict_json.loads(raw, max_depth=_MAX_DEPTH)
    except strict_json.StrictJSONError:
        raise InvalidToken("json") from None
    if not isinstance(value, dict):
        raise InvalidToken("json")
    return value


def _check_signature(
    parts: _Parts, ring: KeyRing, purpose: Purpose, now: datetime
) -> VerificationKey:
    header = parts.header
    if header["typ"].lower().removeprefix("application/") != purpose.value.typ:
        raise InvalidToken("typ")
    key = ring.find(header["kid"])
    if key is None or not key.is_usable(now):
        raise InvalidToken("kid")
    if key.alg != header["alg"]:
        raise InvalidToken("alg")
    if not key.key.verify(parts.signing_input, parts.signature):
        raise InvalidToken("signature")
    return key


def _read_claims(payload: bytes) -> Claims:
    members = _json_object(payload)
    try:
        return Claims.model_validate(members)
    except ValidationError:
        raise InvalidToken("claims") from None


def _check_claims(claims: Claims, purpose: Purpose, issuer: str, audience: str) -> None:
    if claims.iss != issuer:
        raise InvalidToken("iss")
    if audience not in claims.audiences:
        raise InvalidToken("aud")
    if not 0 < claims.exp - claims.iat <= purpose.value.longest_ttl.total_seconds():
        raise InvalidToken("lifetime")
