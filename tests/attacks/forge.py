"""Makes tokens no honest issuer would make: any header, any payload, any signature or none.

A forge holds a genuine key, so that a forgery differs from a valid token in one thing only.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI

from authsvc.keys.material import make_key, prepare
from authsvc.tokens.claims import Claims, Purpose
from authsvc.tokens.errors import ExpiredToken, InvalidToken
from authsvc.tokens.keyring import Algorithm, KeyRing, SigningKey, VerificationKey
from authsvc.tokens.parser import parse

ISSUER = "http://localhost:8000"
ALGORITHMS: tuple[Algorithm, ...] = ("ES256", "RS256", "HS256")
GONE = object()

Signer = Callable[[bytes], bytes]
Members = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """A forgery, and the one reason for which the parser must refuse it."""

    name: str
    token: str
    reason: str


Row = Callable[["Forge"], Iterator[Case]]


def encode(raw: bytes) -> str:
    """Encode as a segment; written anew here, so that it is not the code under test."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(segment: str) -> Any:  # noqa: ANN401 - JSON is of any type
    """Read the JSON in a segment."""
    return json.loads(base64.urlsafe_b64decode(segment + "=="))


def raw_json(content: object) -> bytes:
    """Return JSON; bytes are taken to be what is wanted already."""
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def changed(members: Members, changes: Members) -> dict[str, object]:
    """Change some members; `GONE` takes one away."""
    merged = {**members, **changes}
    return {name: value for name, value in merged.items() if value is not GONE}


@dataclass(frozen=True)
class Forge:
    """A genuine key, the ring that trusts it, and the members of a valid token."""

    signing: SigningKey
    ring: KeyRing
    header: Members
    claims: Members
    now: datetime

    @classmethod
    def of_app(cls, app: FastAPI, token: str) -> "Forge":
        """Take the key of a running application, and the members of a token it has issued."""
        service = app.state.tokens
        header, claims = (decode(segment) for segment in token.split(".")[:2])
        return cls(service._signing_key, service._ring, header, claims, service._clock.now())

    def sign(self, signing_input: bytes) -> bytes:
        """Sign with the genuine key."""
        signature: bytes = self.signing.key.sign(signing_input)
        return signature

    def token(
        self, header: object = ..., payload: object = ..., signer: Signer | None = None
    ) -> str:
        """Make a token; whatever is not given is as it should be."""
        parts = (
            self.header if header is ... else header,
            self.claims if payload is ... else payload,
        )
        signing_input = ".".join(encode(raw_json(part)) for part in parts)
        signature = (signer or self.sign)(signing_input.encode())
        return f"{signing_input}.{encode(signature)}"

    def with_header(self, changes: Members, signer: Signer | None = None) -> str:
        """Make a token with a changed header."""
        return self.token(header=changed(self.header, changes), signer=signer)

    def with_claims(self, changes: Members) -> str:
        """Make a token with changed claims."""
        return self.token(payload=changed(self.claims, changes))

    def read(self, token: str, later: timedelta = timedelta()) -> Claims:
        """Parse a token as the service does, now or later."""
        now = self.now + later
        return parse(token, self.ring, Purpose.ACCESS, issuer=ISSUER, now=now)

    def refusal(self, token: str, later: timedelta = timedelta()) -> str:
        """Return why the parser refuses a token; fail if it does not, or in any other way."""
        with pytest.raises(InvalidToken) as refused:
            self.read(token, later)
        return refused.value.reason

    def outcome(self, token: str, later: timedelta = timedelta()) -> str:
        """Return "accepted", "expired", or why the parser refuses a token."""
        try:
            self.read(token, later)
        except InvalidToken as refused:
            return refused.reason
        except ExpiredToken:
            return "expired"
        return "accepted"

    def refusals(self, cases: list[Case]) -> dict[str, str]:
        """Return the reason for each of several."""
        return {case.name: self.refusal(case.token) for case in cases}


@cache
def make_forge(alg: Algorithm) -> Forge:
    """Make a forge with a key of its own; one per algorithm, because RSA keys take long."""
    signing, verification = prepare(alg, make_key(alg))
    now = datetime.now(UTC).replace(microsecond=0)
    seconds = int(now.timestamp())
    return Forge(
        signing=signing,
        ring=KeyRing([verification]),
        header={"alg": alg, "kid": signing.kid, "typ": "at+jwt"},
        claims={
            "iss": ISSUER,
            "sub": "5b0e3fb1-4c1c-4b9e-8a63-0d3f7a1f5c11",
            "aud": "authsvc",
            "exp": seconds + 900,
            "iat": seconds,
            "jti": "9f0a6a1e-6b7e-4a52-9b3c-1d6f4c2e8a77",
            "sid": "c1d9a0c4-9a0b-4a3a-b7c5-2f0d8c6e1b42",
            "client_id": "authsvc",
            "scope": "profile",
            "auth_time": seconds,
            "amr": ["pwd"],
        },
        now=now,
    )


def key_of(forge: Forge) -> VerificationKey:
    """Return the one key of its ring."""
    key = forge.ring.find(forge.signing.kid)
    assert key
    return key
