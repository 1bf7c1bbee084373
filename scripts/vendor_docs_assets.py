"""Re-creates the vendored Swagger UI and ReDoc files from npm, by package name and version.

Run by hand (needs npm): plain, it restores the files and checks them against `vendored.json`;
with `--update`, after a version was changed below, it writes the new checksums there instead.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

TARGET = Path(__file__).resolve().parents[1] / "src/authsvc/static/files/docs"
MANIFEST = TARGET / "vendored.json"


@dataclass(frozen=True)
class Patch:
    """One replacement in an upstream file; `old` must occur exactly once."""

    file: str
    old: bytes
    new: bytes
    why: str


@dataclass(frozen=True)
class Package:
    """An npm package, and the files of it that are served from `folder`."""

    name: str
    version: str
    folder: str
    files: tuple[str, ...]
    patches: tuple[Patch, ...]


class Entry(TypedDict):
    """One package as `vendored.json` records it."""

    package: str
    version: str
    integrity: str
    files: dict[str, str]
    changes: dict[str, list[str]]


NO_SOURCE_MAP = "no source map is shipped, so none is announced"
PACKAGES = (
    Package(
        name="swagger-ui-dist",
        version="5.35.0",
        folder="swagger-ui",
        files=(
            "LICENSE",
            "NOTICE",
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt",
            "swagger-ui.css",
        ),
        patches=(
            Patch(
                "swagger-ui.css", b"\n/*# sourceMappingURL=swagger-ui.css.map*/", b"", NO_SOURCE_MAP
            ),
        ),
    ),
    Package(
        name="redoc",
        version="2.5.4",
        folder="redoc",
        files=(
            "LICENSE",
            "bundles/redoc.standalone.js",
            "bundles/redoc.standalone.js.LICENSE.txt",
        ),
        patches=(
            Patch(
                "bundles/redoc.standalone.js",
                b'n.createElement("img",{alt:"redocly logo",onError:()=>t(!1),'
                b'src:"https://cdn.redoc.ly/redoc/logo-mini.svg"})',
                b"null",
                "the logo beside the attribution would be fetched from another host",
            ),
            Patch(
                "bundles/redoc.standalone.js",
                b"\n//# sourceMappingURL=redoc.standalone.js.map",
                b"",
                NO_SOURCE_MAP,
            ),
        ),
    ),
)


def download(package: Package, folder: Path) -> Path:
    """Let npm fetch a package; the path of its archive."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed to fetch the packages, and is not on the PATH")
    spec = f"{package.name}@{package.version}"
    command = [npm, "pack", spec, "--silent", "--pack-destination", str(folder)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return folder / answer.stdout.split()[-1]


def unpack(package: Package, archive: Path) -> dict[str, bytes]:
    """Read the wanted files from an archive, patched: path below TARGET → content."""
    contents: dict[str, bytes] = {}
    with tarfile.open(archive) as tar:
        for file in package.files:
            member = tar.extractfile(f"package/{file}")
            if member is None:
                sys.exit(f"{package.name} {package.version} has no file {file}")
            content = member.read()
            for patch in (patch for patch in package.patches if patch.file == file):
                if content.count(patch.old) != 1:
                    sys.exit(f"{package.name}: a patch of {file} does not fit: {patch.why}")
                content = content.replace(patch.old, patch.new)
            contents[f"{package.folder}/{Path(file).name}"] = content
    return contents


def entry_for(package: Package, archive: Path, contents: dict[str, bytes]) -> Entry:
    """Describe a package as it is served, and the archive it came from."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    changes: dict[str, list[str]] = {}
    for patch in package.patches:
        changes.setdefault(f"{package.folder}/{Path(patch.file).name}", []).append(patch.why)
    return {
        "package": package.name,
        "version": package.version,
        "integrity": f"sha512-{digest}",
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in contents.items()},
        "changes": changes,
    }


def main() -> None:
    """Fetch, compare or record, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--update", action="store_true", help="record the checksums of what npm has now"
    )
    update: bool = parser.parse_args().update
    entries: list[Entry] = []
    contents: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            archive = download(package, Path(folder))
            unpacked = unpack(package, archive)
            entries.append(entry_for(package, archive, unpacked))
            contents |= unpacked
    text = json.dumps(entries, indent=2, ensure_ascii=False) + "\n"
    if update:
        MANIFEST.write_text(text, encoding="utf-8")
    elif json.loads(MANIFEST.read_text(encoding="utf-8")) != entries:
        sys.exit(
            f"what npm has differs from {MANIFEST.name}: look why, then run again with --update"
        )
    for package in PACKAGES:
        shutil.rmtree(TARGET / package.folder, ignore_errors=True)
    for path, content in contents.items():
        (TARGET / path).parent.mkdir(parents=True, exist_ok=True)
        (TARGET / path).write_bytes(content)


if __name__ == "__main__":
    main()
