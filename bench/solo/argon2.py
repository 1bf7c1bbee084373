"""Verifies one password in a bare loop, with the service's own parameters and nothing around it."""

import json
import sys
from time import perf_counter

from argon2 import PasswordHasher, Type

from authsvc.passwords.hasher import HashParameters

_PASSWORD = "a fern under seven moons"


def main() -> None:
    """Go on for as many seconds as the first argument says."""
    seconds = float(sys.argv[1])
    cost = HashParameters()
    hasher = PasswordHasher(
        time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, type=Type.ID
    )
    stored = hasher.hash(_PASSWORD)
    count = 0
    began = perf_counter()
    while (now := perf_counter()) < began + seconds:
        hasher.verify(stored, _PASSWORD)
        count += 1
    print(json.dumps({"rate": count / (now - began), "count": count}))


if __name__ == "__main__":
    main()
