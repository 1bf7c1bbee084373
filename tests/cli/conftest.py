"""Commands run in a directory of their own, without any settings but those that a test gives."""

from pathlib import Path

import pytest

from databases import empty_address, empty_postgresql
from factories import SECRET
from serving import inhabit

__all__ = ["empty_address", "empty_postgresql"]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Go to an empty directory, with a secret."""
    inhabit(monkeypatch, tmp_path, secret_key=SECRET)
    return tmp_path
