"""No token makes the service fetch, open, query or run anything: nothing in a header is used."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from fastapi import FastAPI

from attacks.forge import Forge, make_forge
from attacks.forged_headers import a06_embedded_key, a07_fetched_key, a08_injected_kid
from attacks.raw import answer_to, in_header, r401

_OUTWARD = ("socket.", "open", "sqlite3.", "subprocess.", "os.", "urllib.", "exec", "compile")
_watchers: list[list[str]] = []


def _watch(event: str, _details: tuple[object, ...]) -> None:
    for seen in _watchers:
        if event.startswith(_OUTWARD):
            seen.append(event)


# An audit hook cannot be taken away again; without a watcher it does nothing.
sys.addaudithook(_watch)


@contextmanager
def _watched() -> Iterator[list[str]]:
    seen: list[str] = []
    _watchers.append(seen)
    try:
        yield seen
    finally:
        _watchers.remove(seen)


@asynccontextmanager
async def _canary() -> AsyncIterator[tuple[int, list[int]]]:
    """Listen on loopback; give the port, and the far ends of all connections so far."""
    callers: list[int] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername")[1])
        writer.close()

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], callers


async def _call(port: int) -> int:
    """Connect, wait until the other end hangs up, and return our own end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    own: int = writer.get_extra_info("sockname")[1]
    await reader.read()
    writer.close()
    await writer.wait_closed()
    return own


async def test_a07_nobody_connects_to_the_canary(app: FastAPI, stolen: Forge) -> None:
    wanted = await r401(app)
    async with _canary() as (port, callers):
        for case in a07_fetched_key(stolen, port):
            assert await answer_to(app, in_header(case.token)) == wanted, case.name
        # Connections are met in their order: had there been others, they stood before our own.
        assert callers == [await _call(port)]


def test_a06_a07_a08_the_parser_opens_nothing() -> None:
    forge = make_forge("ES256")
    forge.read(forge.token())
    cases = [
        case for row in (a06_embedded_key, a07_fetched_key, a08_injected_kid) for case in row(forge)
    ]
    with _watched() as seen:
        for case in cases:
            forge.refusal(case.token)
        assert seen == []
        Path("/dev/null").open("rb").close()
    assert seen == ["open"]
