"""The command `authsvc`. Needs the server's packages: `pip install "authsvc[server]"`."""

import gc
import sys


def main() -> None:
    """Run the command line."""
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


if __name__ == "__main__":
    main()
