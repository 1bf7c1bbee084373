"""The documentation tells the truth where a machine can tell: problems, links, names."""

import re
import subprocess
from pathlib import Path

import pytest

from authsvc import boot
from authsvc.core.errors import Problem
from authsvc.verifier.errors import Refused

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    page
    for place in ("*.md", "clients/*.md", "deploy/**/*.md", "docs/**/*.md", "examples/**/*.md")
    for page in ROOT.glob(place)
)


def test_every_problem_is_documented_and_every_documented_one_exists() -> None:
    assert callable(boot.application)  # importing it brings in every room, and so every problem
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (\d+) \| (.+?) \|",
        (ROOT / "docs/problems.md").read_text("utf-8"),
        re.MULTILINE,
    )
    written = {(slug, int(status), title) for slug, status, title in rows}
    assert written == {(kind.slug, kind.status, kind.title) for kind in Problem.kinds()}


def test_what_other_services_refuse_with_is_a_problem_of_ours() -> None:
    ours = {kind.slug: (kind.status, kind.title, kind.detail) for kind in Problem.kinds()}
    for kind in Refused.__subclasses__():
        assert ours[kind.slug] == (kind.status, kind.title, kind.detail)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_decisions_are_numbered_without_gaps_and_say_why() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text("utf-8")
        for heading in ("## Found", "## Decided", "## Held by"):
            assert heading in text, f"{path.name} has no {heading}"


def test_the_project_stands_alone() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # Written so that this file does not name them either.
    hosts = re.compile("|".join(("py" + "pi.org", "python" + "hosted", "registry" + ".npm")))
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in {".js", ".png", ".css"} or not path.exists():
            continue
        text = path.read_text("utf-8")
        assert not hosts.search(text), name
        assert "../" + "shared" not in text, name
