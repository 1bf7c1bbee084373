"""Logs for the tests: through the real pipeline, to where pytest captures standard error."""

import logging
import sys

from authsvc.core.logging import configure_logging


class StandardError:
    """Standard error as it is when written to: pytest exchanges it between a test's phases."""

    def write(self, text: str) -> int:
        """Write to it."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Flush it."""
        sys.stderr.flush()


def log_as_json() -> None:
    """Send logs through the real pipeline to standard error."""
    configure_logging("json")
    logging.getLogger().handlers[0].stream = StandardError()  # type: ignore[attr-defined]
