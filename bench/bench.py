"""One run of the benchmark: its options, where it runs, and how runs are repeated."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from bench.contenders.base import ROOT, Contender, Site, in_turn
from bench.load import load
from bench.measured import Measured

T = TypeVar("T")

_PAUSE = 0.3


@dataclass(frozen=True)
class Options:
    """What can be chosen on the command line.

    Attributes:
        rows: Which rows.
        seconds: How long each run counts.
        rounds: How often each contender has its turn.
        soak: Seconds of the soak in row 7.
        users: How many users there are in the databases of row 6.
    """

    rows: Sequence[int]
    seconds: float
    rounds: int
    soak: float
    users: Sequence[int]


@dataclass(frozen=True)
class Bench:
    """What a row is handed."""

    site: Site
    options: Options

    async def in_rounds(
        self, runs: Mapping[str, Callable[[], Awaitable[T]]]
    ) -> Mapping[str, Sequence[T]]:
        """Run each in turn, A B A B, so that whatever the machine does meanwhile meets them all."""
        results: dict[str, list[T]] = {name: [] for name in runs}
        for _ in range(self.options.rounds):
            for name, run in runs.items():
                results[name].append(await run())
                await asyncio.sleep(_PAUSE)
        return results

    async def profiles(
        self, contender: Contender, connections: int, seconds: float | None = None
    ) -> Measured:
        """Ask who is signed in, on so many connections."""
        measured = await load(
            contender.server,
            in_turn(contender.profiles, connections),
            seconds=seconds or self.options.seconds,
            expected={200: contender.proof},
        )
        await contender.server.settle()
        return measured

    async def solo(self, module: str, *arguments: str, **environment: str) -> Any:  # noqa: ANN401 - JSON is anything
        """Run a module of `bench/solo/` alone on the server's core; return what it prints."""
        command = (sys.executable, "-m", f"bench.solo.{module}", *arguments)
        inherited = {n: v for n, v in os.environ.items() if not n.startswith("AUTHSVC_")}
        inherited.update(environment)
        with self.site.machine.on_server_core():
            process = subprocess.Popen(
                command, cwd=ROOT, env=inherited, stdout=subprocess.PIPE, text=True
            )
        printed, _ = await asyncio.to_thread(process.communicate)
        if process.returncode:
            raise RuntimeError(f"{module} failed with {process.returncode}")
        return json.loads(printed)


def summaries(results: Mapping[str, Sequence[Measured]]) -> Mapping[str, Any]:
    """Return every run as what is kept of it."""
    return {name: [run.summary() for run in runs] for name, runs in results.items()}
