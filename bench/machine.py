"""The machine: which core serves, which cores make the load, how busy they are, what it all is."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FEWEST_CORES = 2


@dataclass(frozen=True)
class Machine:
    """One core for the server that is measured, and all the others for load and database."""

    server_core: int
    load_cores: frozenset[int]

    @classmethod
    def divide(cls) -> "Machine":
        """Divide the cores this process may use, and move it, and what it starts, off the server's.

        Raises:
            SystemExit: If there is only one core.

        """
        first, *others = sorted(os.sched_getaffinity(0))
        if len(others) + 1 < _FEWEST_CORES:
            raise SystemExit("bench: two cores are needed, one for the server and one for the load")
        os.sched_setaffinity(0, others)
        return cls(first, frozenset(others))

    @contextmanager
    def on_server_core(self) -> Iterator[None]:
        """Give processes started within to the server's core. Ours comes back at the end."""
        os.sched_setaffinity(0, {self.server_core})
        try:
            yield
        finally:
            os.sched_setaffinity(0, self.load_cores)

    def core_times(self) -> tuple[float, float]:
        """Return seconds worked so far: by the server's core, and by the load's together."""
        tick = os.sysconf("SC_CLK_TCK")
        server = load = 0.0
        for line in Path("/proc/stat").read_text("ascii").splitlines():
            name, *fields = line.split()
            if not name.startswith("cpu") or name == "cpu":
                continue
            user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, fields)
            worked = (user + nice + system + irq + softirq) / tick
            if int(name[3:]) == self.server_core:
                server = worked
            elif int(name[3:]) in self.load_cores:
                load += worked
        return server, load

    def describe(self) -> Mapping[str, str]:
        """Say what a reader must know to compare numbers."""
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return {
            "processor": f"{_processor()}, {len(self.load_cores) + 1} cores",
            "memory": f"{memory / 2**30:.0f} GiB",
            "system": f"{platform.system()} {platform.release()}",
            "Python": platform.python_version(),
            "Node": _version_of("node"),
            "load average at the start": f"{os.getloadavg()[0]:.2f}",
        }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version_of(program: str) -> str:
    if shutil.which(program) is None:
        return "none"
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.strip().removeprefix("v")
