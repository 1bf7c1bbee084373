"""Users who work while things break, and a ledger of what they were told.

A client's step has three ends: the right answer, a clear "not now" (503), or a broken connection.
Everything else is wrong. What was acknowledged is written down, to be looked for afterwards.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from factories import PASSWORD
from keepalive import Connection, Told

# Seconds after which an answer counts as none. Every wait within the service is shorter.
_PATIENCE = 20.0
_PAUSE = 0.03
_NOT_NOW = ("/problems/unavailable", "/problems/busy")


@dataclass
class Ledger:
    """What was told to whom."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    rounds: int = 0
    is_over: bool = False

    def judge(self, path: str, answer: Told, wanted: int) -> Any:  # noqa: ANN401 - a JSON document
        """Return the body of a right answer; None for a clear refusal, or a wrong answer."""
        if answer.status == wanted:
            self.ends[f"{path} right"] += 1
            return answer.body
        if answer.status == 503 and _is_clear(answer.body):
            self.ends[f"{path} 503"] += 1
        else:
            self.wrong.append(f"{path}: {answer}")
        return None

    def count(self, end: str) -> int:
        """Tell how many steps, of all paths, have ended so."""
        return sum(count for name, count in self.ends.items() if name.endswith(end))


def _is_clear(body: Mapping[str, Any]) -> bool:
    if "error" in body:
        return bool(body["error"] == "temporarily_unavailable")
    return str(body.get("type")).endswith(_NOT_NOW)


class User:
    """Signs up, signs in, reads and refreshes, again and again, each time as somebody new."""

    def __init__(self, port: int, number: int, ledger: Ledger) -> None:
        """Work on one connection at a time."""
        self._port, self._number, self._ledger = port, number, ledger
        self._writer: asyncio.StreamWriter | None = None
        self._connection: Connection | None = None

    async def work(self) -> None:
        """Go on until the ledger is closed; what was begun then is finished."""
        name = 0
        try:
            while not self._ledger.is_over:
                name += 1
                await self._live(f"user-{self._number}-{name}@example.com")
        finally:
            self._hang_up()

    async def _live(self, email: str) -> None:
        profile = await self._ask(
            201, "POST", "/auth/register", document={"email": email, "password": PASSWORD}
        )
        if profile is None:
            return
        self._ledger.ids[email] = profile["id"]
        grant = {"grant_type": "password", "username": email, "password": PASSWORD}
        pair = await self._until_told("POST", "/auth/token", form=grant)
        for _ in range(2):
            self._ledger.tokens[email] = pair["refresh_token"]
            read = await self._until_told("GET", "/profile", token=pair["access_token"])
            if read != profile:
                self._ledger.wrong.append(f"/profile of somebody else: {read}")
            renewal = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
            pair = await self._until_told("POST", "/auth/token", form=renewal)
        self._ledger.tokens[email] = pair["refresh_token"]
        self._ledger.rounds += 1

    async def _until_told(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - a JSON document
        while (body := await self._ask(200, method, path, **request)) is None:
            if self._ledger.wrong:
                raise AssertionError(self._ledger.wrong)
            await asyncio.sleep(_PAUSE)
        return body

    async def _ask(self, wanted: int, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 - a JSON document
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = self._connection or await self._dial()
                answer = await connection.ask(method, path, **request)
        except TimeoutError:
            self._ledger.wrong.append(f"{path}: no answer")
            self._hang_up()
        except (OSError, asyncio.IncompleteReadError):
            self._ledger.ends[f"{path} broken"] += 1
            self._hang_up()
            await asyncio.sleep(_PAUSE)
        else:
            return self._ledger.judge(path, answer, wanted)
        return None

    async def _dial(self) -> Connection:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._connection = Connection(reader, self._writer)
        return self._connection

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = self._connection = None
