"""What every contender has in common: a database, a process, users, and requests for them."""

import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import ClassVar, Self

import httpx

from bench.connection import Step
from bench.machine import Machine
from bench.postgres import Postgres
from bench.server import Launch, Server, free_port

# A right answer to a login, whoever gives it.
LOGGED_IN = {200: b""}
PASSWORD = "a fern under seven moons"
TEMPLATE = "template@example.com"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench/peers"
INSTALLED = ROOT / ".bench"
_SHUFFLED_BY = 20


@dataclass(frozen=True)
class Site:
    """Where everything runs."""

    machine: Machine
    postgres: Postgres
    directory: Path


class Contender(ABC):
    """One service with a number of users.

    Attributes:
        name: As the table shows it.
        ready_path: What answers 200 once it is up.
        server: Its process, while it is `open`.
        profiles: For each user, the request that shows who is signed in.
        logins: For each user, the request that signs in.
        proof: What the body of a right answer to one of `profiles` contains.
    """

    name: ClassVar[str]
    ready_path: ClassVar[str]
    proof: ClassVar[bytes]
    host: ClassVar[str] = "localhost"

    def __init__(self, site: Site, users: int = 1000) -> None:
        """Make nothing yet."""
        self.site = site
        self.users = users
        self.port = free_port()
        self.database = f"{self.name.replace('-', '_')}_{self.port}"
        self.profiles: Sequence[bytes] = ()
        self.logins: Sequence[bytes] = ()
        self.server: Server

    @abstractmethod
    async def prepare(self) -> None:
        """Bring the empty database's schema to what the service needs, where it does not itself."""

    @abstractmethod
    def launch(self) -> Launch:
        """Say how it is started."""

    @abstractmethod
    async def sign_up(self, client: httpx.AsyncClient) -> None:
        """Register `TEMPLATE` over HTTP, and sign in where sessions are stored."""

    @abstractmethod
    async def fill(self) -> None:
        """Store the template user `users` times, and build `profiles` and `logins`."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Run it on a new database with its users, until the block ends."""
        await self.site.postgres.create(self.database)
        try:
            await self.prepare()
            self.server = await self.start()
            try:
                url = f"http://127.0.0.1:{self.port}"
                headers = {"Host": self.host}
                async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
                    await self.sign_up(client)
                await self.fill()
                yield self
            finally:
                self.server.stop()
        finally:
            await self.site.postgres.drop(self.database)

    async def start(self) -> Server:
        """Start the process."""
        return await Server.start(self.name, self.site.machine, self.port, self.launch())

    def email(self, number: int) -> str:
        """Return the address of the nth user, from 1."""
        return f"user{number}@example.com"

    @property
    def copies(self) -> str:
        """The SQL source that has a row for each user."""
        return f"generate_series(1, {self.users}) AS n"


def in_turn(requests: Sequence[bytes], connections: int) -> list[Step]:
    """Let connections send these requests, each its own share of them over and over."""
    # Mixed, and every time alike: neighbours in a table are neighbours on disk.
    mixed = random.Random(_SHUFFLED_BY).sample(requests, len(requests))  # noqa: S311 - no secret
    return [_cycling(mixed[n::connections] or mixed) for n in range(connections)]


def _cycling(requests: Iterable[bytes]) -> Step:
    following = cycle(requests)
    return lambda _body: next(following)


def checked(answer: httpx.Response, *expected: int) -> httpx.Response:
    """Return an answer of set-up if its status is one of `expected`.

    Raises:
        RuntimeError: If it is not.

    """
    if answer.status_code not in expected:
        raise RuntimeError(f"{answer.request.url}: {answer.status_code} {answer.text[:300]}")
    return answer


def bearer(token: str) -> Mapping[str, str]:
    """Return the headers of a request with a bearer token."""
    return {"Authorization": f"Bearer {token}"}
