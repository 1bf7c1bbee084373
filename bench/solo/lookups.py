"""Finds users by their addresses, as signing in does, with the service's own repository."""

import asyncio
import json
import random
import sys
from time import perf_counter

import uvloop

from authsvc.core.database import Database
from authsvc.users.repository import UserRepository

_AT_ONCE = 8
_WARM_UP = 0.5


async def _look_up(database: Database, users: int, until: float) -> int:
    count = 0
    while perf_counter() < until:
        email = f"user{random.randint(1, users)}@example.com"  # noqa: S311 - no secret
        async with database.reading() as session:
            if await UserRepository(session).by_email(email) is None:
                raise LookupError(email)
        count += 1
    return count


async def _measure(address: str, users: int, seconds: float) -> float:
    database = Database(address)
    await _many(database, users, _WARM_UP)
    began = perf_counter()
    count = await _many(database, users, seconds)
    took = perf_counter() - began
    await database.dispose()
    return count / took


async def _many(database: Database, users: int, seconds: float) -> int:
    until = perf_counter() + seconds
    counts = await asyncio.gather(*(_look_up(database, users, until) for _ in range(_AT_ONCE)))
    return sum(counts)


def main() -> None:
    """Take the database's address, the number of users, and seconds."""
    address, users, seconds = sys.argv[1:]
    rate = uvloop.run(_measure(address, int(users), float(seconds)))
    print(json.dumps({"rate": rate}))


if __name__ == "__main__":
    main()
