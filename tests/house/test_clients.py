"""The client that people copy is the one that the service serves and the page tests use."""

import re
from pathlib import Path

from authsvc.guard.errors import TokenExpired

ROOT = Path(__file__).parents[2]
SERVED = ROOT / "src/authsvc/static/files/authsvc.js"


def test_the_copy_is_the_canonical_file() -> None:
    assert (ROOT / "clients/authsvc.js").read_bytes() == SERVED.read_bytes()


def test_it_depends_on_nothing_and_goes_by_what_the_service_says() -> None:
    client = SERVED.read_text("utf-8")
    assert not re.search(
        r"^import\b|\bimport\(|\brequire\(|(local|session)Storage|document\.", client, re.MULTILINE
    )
    assert f'"{TokenExpired.slug}"' in client
    (words,) = re.findall(r'error_description="(.*)"', TokenExpired.headers["WWW-Authenticate"])
    assert f'"{words}"' in client
