"""A server on loopback that publishes keys and ended sessions, and fails as it is told to."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from attacks.forge import Forge, encode, key_of, make_forge
from authsvc.tokens.keyring import Algorithm
from authsvc.verifier import Verifier

KEYS, FEED = "/.well-known/jwks.json", "/auth/revocations"


@dataclass
class Answer:
    """What the server says: anything at all."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Loopback:
    """The server. `answers` replaces what a path answers; `gate`, when shut, lets nobody have it.

    The feed's cursor counts the items told so far.
    """

    port: int = 0
    forges: list[Forge] = field(default_factory=list)
    ended: list[tuple[UUID, datetime]] = field(default_factory=list)
    max_age: int = 300
    page_size: int = 100
    answers: dict[str, Answer] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: Counter[str] = field(default_factory=Counter)
    heard: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and close."""
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            target = request.split(" ", 2)[1]
            path, _, query = target.partition("?")
            self.asked[path] += 1
            self.heard.append(request)
            await self.gate.wait()
            answer = self.answers.get(path) or self._usual(path, query)
            headers = {"Content-Length": str(len(answer.body)), "Connection": "close"}
            head = "".join(f"{k}: {v}\r\n" for k, v in {**headers, **answer.headers}.items())
            writer.write(f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode() + answer.body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _usual(self, path: str, query: str) -> Answer:
        if path == KEYS:
            control = {"Cache-Control": f"public, max-age={self.max_age}"}
            return Answer(key_set(*self.forges), headers=control)
        start = int(query.removeprefix("since=") or 0)
        page = self.ended[start : start + self.page_size]
        items = [{"sid": str(sid), "expires_at": until.isoformat()} for sid, until in page]
        return Answer(json.dumps({"cursor": str(start + len(page)), "items": items}).encode())


@asynccontextmanager
async def listening(loopback: Loopback) -> AsyncIterator[Loopback]:
    """Listen until the block ends; the second time on the same port as before."""
    server = await asyncio.start_server(loopback.serve, "127.0.0.1", loopback.port)
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        loopback.gate.set()
        server.close()
        await server.wait_closed()


async def follow(verifier: Verifier) -> None:
    """Read the feed once, as the background does by itself."""
    assert verifier._feed
    await verifier._feed.follow()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what happens in the background, for a few seconds at most."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the code under test gives no signal, on purpose
            await asyncio.sleep(0.01)


def another_forge(alg: Algorithm = "ES256") -> Forge:
    """Make a forge with a key that nobody has seen."""
    return make_forge.__wrapped__(alg)


def public_jwk(forge: Forge) -> dict[str, str]:
    """Publish a forge's key as authsvc does; written anew here."""
    public = forge.signing.key.prepared_key.public_key()
    numbers = public.public_numbers()
    if isinstance(numbers, ec.EllipticCurvePublicNumbers):
        x, y = (encode(number.to_bytes(32)) for number in (numbers.x, numbers.y))
        kind = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    else:
        assert isinstance(numbers, rsa.RSAPublicNumbers)
        kind = {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
    return {**kind, "kid": key_of(forge).kid, "use": "sig", "alg": forge.signing.alg}


def key_set(*forges: Forge) -> bytes:
    """Write the key set."""
    return json.dumps({"keys": [public_jwk(forge) for forge in forges]}).encode()


def _number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8))


def basic(name: str, secret: str) -> str:
    """Return the header line of a client's credentials."""
    return "Authorization: Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
