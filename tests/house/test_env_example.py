"""`.env.example` is the reference of settings: it lists each one, its choices and its default."""

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from authsvc.boot import load_settings
from authsvc.settings import Settings
from serving import inhabit

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
LINES = re.findall(r"^#?AUTHSVC_([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)
NOT_YET: set[str] = set()


def _comment_above(name: str) -> str:
    """Return the comment of the paragraph in which a setting stands."""
    (paragraph,) = re.findall(rf"(?:^|\n\n)((?:[^\n]+\n)*#?AUTHSVC_{name}=[^\n]*\n)", EXAMPLE)
    return "\n".join(line for line in paragraph.splitlines() if line.startswith("# "))


def test_it_lists_every_setting_once_and_nothing_else() -> None:
    assert sorted(name for name, _ in LINES) == sorted(
        name.upper() for name in Settings.model_fields
    )


@pytest.mark.parametrize("name", sorted(name.upper() for name in Settings.model_fields))
def test_every_setting_is_explained_with_its_choices(name: str) -> None:
    comment = _comment_above(name)
    assert len(comment) > 20
    annotation = Settings.model_fields[name.lower()].annotation
    for part in (annotation, *get_args(annotation)):
        if get_origin(part) is Literal:
            for choice in get_args(part):
                assert re.search(rf"\b{choice}\b", comment), f"{choice} is not explained"
    assert ("not yet in this version" in comment) == (name in NOT_YET)


def test_what_it_shows_are_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inhabit(monkeypatch, tmp_path, secret_key="7RvK2yq0mWc9Xh4TzPfLd8sNb3GjUe6A")
    defaults = load_settings()
    (tmp_path / ".env").write_text(re.sub(r"^#(?=[A-Z_]+=)", "", EXAMPLE, flags=re.MULTILINE))
    assert load_settings() == defaults
    for name, shown in LINES:
        if not shown:
            continue
        inhabit(monkeypatch, tmp_path, **{name: shown})
        assert getattr(load_settings(), name.lower()) == getattr(defaults, name.lower())


def test_as_it_stands_it_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE)
    inhabit(monkeypatch, tmp_path)
    assert load_settings().secret_key.get_secret_value()
    assert (tmp_path / ".authsvc" / "secret_key").exists()


def test_compose_finds_in_it_everything_it_asks_for() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?", compose))
    active = set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert active == demanded
    shown = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    for name, default in re.findall(r"\$\{([A-Z_]+)(?::-([^}]*))?", compose):
        assert name in shown
        assert name.startswith("AUTHSVC_") or shown[name] == default


def test_compose_hands_every_setting_on() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    handed_on = set(re.findall(r"^\s+AUTHSVC_([A-Z_]+):", compose, re.MULTILINE))
    # The image has a data directory of its own.
    assert handed_on == {name.upper() for name in Settings.model_fields} - {"DATA_DIR"}
