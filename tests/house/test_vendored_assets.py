"""The files of Swagger UI and ReDoc are those that `scripts/vendor_docs_assets.py` made."""

import hashlib
import json
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "src/authsvc/static/files/docs"
PACKAGES = json.loads((DOCS / "vendored.json").read_text("utf-8"))


def test_every_vendored_file_is_as_recorded() -> None:
    recorded = {name: digest for package in PACKAGES for name, digest in package["files"].items()}
    found = {
        path.relative_to(DOCS).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in {name.split("/")[0] for name in recorded}
        for path in (DOCS / folder).iterdir()
    }
    assert found == recorded


def test_every_package_brings_its_licence() -> None:
    for package in PACKAGES:
        assert any(name.endswith("/LICENSE") for name in package["files"]), package["package"]
