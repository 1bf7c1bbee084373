"""The command `authsvc`. Needs the server's packages: `pip install "authsvc[server]"`."""

import contextlib
import gc
import os
import sys

# What the allocator is told, and by which variable.
TUNABLES, LARGE_PAGES = "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == ["serve"]:
        _take_large_pages()
    # Importing makes a lot and drops nothing: looking for what to drop is a tenth of the start.
    gc.disable()
    try:
        from authsvc.cli.main import cli  # noqa: PLC0415 - without the extra there is nothing to import
    except ModuleNotFoundError as missing:
        sys.exit(
            f'authsvc: {missing.name} is missing. Install the server: pip install "authsvc[server]"'
        )
    gc.enable()
    cli()


def _take_large_pages() -> None:
    """Start over, with an allocator that asks Linux for large pages (glibc 2.35 and later).

    Every hash fills 64 MiB of new memory. In pages of 4 KiB that takes a quarter of its time. The
    allocator reads what it is told only when a process starts; whoever has told it something
    already is left alone.
    """
    if sys.platform == "linux" and TUNABLES not in os.environ:
        os.environ[TUNABLES] = LARGE_PAGES
        # Where programs may not be started, this one goes on as it is.
        with contextlib.suppress(OSError):
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


if __name__ == "__main__":
    main()
