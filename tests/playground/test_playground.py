"""`GET /`: there in development only, under a policy that allows our own files and no others."""

import re
from pathlib import Path

import pytest

from guard.wire import ask, make_walls

PRODUCTION = {"env": "production", "public_url": "https://auth.example"}
HOST = [("host", "auth.example")]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "src/authsvc/playground/playground.html").read_text("utf-8")
FILES = ROOT / "src/authsvc/static/files"
# Not the documentation viewers', which are not ours.
SCRIPTS = [*FILES.glob("*.js"), *(FILES / "playground").glob("*.js")]


@pytest.mark.parametrize(
    ("settings", "status"),
    (
        ({}, 200),
        ({"playground": "on"}, 200),
        ({"playground": "off"}, 404),
        (PRODUCTION, 404),
        ({**PRODUCTION, "playground": "off"}, 404),
        ({**PRODUCTION, "playground": "on"}, 200),
    ),
)
async def test_it_is_there_in_development_or_where_it_is_asked_for(
    settings: dict[str, str], status: int
) -> None:
    answer = await ask(make_walls(**settings), "GET", "/", HOST)
    assert answer.status == status
    if status == 404:
        assert answer.slug == "not-found"


async def test_its_policy_allows_our_own_files_and_nothing_inline() -> None:
    answer = await ask(make_walls(), "GET", "/")
    assert answer.one("content-type") == "text/html; charset=utf-8"
    policy = answer.one("content-security-policy")
    assert "script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)|https?://", PAGE)


async def test_every_file_it_names_is_served() -> None:
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', PAGE))
    for script in SCRIPTS:
        for target in re.findall(r'from "(\.[^"]+)"', script.read_text("utf-8")):
            named.add(f"/static/{(script.parent / target).resolve().relative_to(FILES)}")
    assert len(named) > 10
    for path in named:
        assert (await ask(make_walls(), "GET", path)).status == 200, path


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_hands_text_over_as_markup(script: Path) -> None:
    text = script.read_text("utf-8")
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function|DOMParser"
    )
    assert not re.search(forbidden, text)
    assert len(text.splitlines()) <= 200
