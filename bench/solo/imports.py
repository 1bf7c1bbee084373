"""Imports everything that the server needs."""

import importlib
import json
from time import perf_counter


def main() -> None:
    """Print how many seconds it took."""
    began = perf_counter()
    importlib.import_module("authsvc.boot")
    print(json.dumps({"seconds": perf_counter() - began}))


if __name__ == "__main__":
    main()
