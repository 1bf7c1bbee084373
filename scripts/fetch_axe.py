"""Lets npm fetch axe-core, with which the page tests look for barriers, into this environment.

Nothing of it is part of the package. A file that is there already, and is the right one, is kept.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
TARGET = Path(sys.prefix) / "share/axe-core/axe.min.js"


def is_right(content: bytes) -> bool:
    """Tell whether this is the file that was looked at when the version was chosen."""
    return hashlib.sha256(content).hexdigest() == SHA256


def fetch() -> bytes:
    """Return the file from the package that npm has."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("The page tests need axe-core, and npm to fetch it (Debian: apt-get install npm).")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
        packed = subprocess.run(command, check=True, capture_output=True, text=True)
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            member = archive.extractfile("package/axe.min.js")
            return member.read() if member else b""


def main() -> None:
    """Fetch, compare, write."""
    if TARGET.exists() and is_right(TARGET.read_bytes()):
        return
    content = fetch()
    if not is_right(content):
        sys.exit(f"npm's axe-core {VERSION} is not the file that is expected here.")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(content)


if __name__ == "__main__":
    main()
