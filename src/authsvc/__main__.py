"""The command `authsvc`. Needs the server's packages: `pip install "authsvc[server]"`."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from authsvc.cli.main import cli  # noqa: PLC0415 - without the extra there is nothing to import
    except ModuleNotFoundError as missing:
        sys.exit(
            f'authsvc: {missing.name} is missing. Install the server: pip install "authsvc[server]"'
        )
    cli()


if __name__ == "__main__":
    main()
