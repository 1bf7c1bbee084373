"""The program as a whole: its version, its help, and what it says about what it does not know."""

import sys

import pytest

import authsvc as package
from authsvc.__main__ import main
from cli.terminal import authsvc


def test_it_knows_its_version() -> None:
    assert authsvc("--version") == (0, f"authsvc {package.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "named"),
    (
        (("--help",), ("serve", "migrate", "check", "users")),
        (("serve", "--help"), ("--host", "--port", "--workers", "127.0.0.1", "8000")),
        (("users", "--help"), ("create", "list", "disable", "enable", "set-password", "grant")),
        (("users", "create", "--help"), ("--name", "--role", "--password-hash")),
    ),
)
def test_help_names_everything(arguments: tuple[str, ...], named: tuple[str, ...]) -> None:
    ended = authsvc(*arguments)
    assert ended.status == 0
    for name in named:
        assert name in ended.out


@pytest.mark.parametrize(
    "arguments",
    (
        (),
        ("users",),
        ("no-such-command",),
        ("users", "no-such-command"),
        ("users", "create"),
        ("users", "grant", "ada@example.com"),
        ("serve", "--port", "0"),
        ("serve", "--port", "65536"),
        ("serve", "--workers", "0"),
        ("migrate", "extra"),
    ),
)
def test_what_is_not_done_does_not_end_with_status_0(arguments: tuple[str, ...]) -> None:
    assert authsvc(*arguments).status != 0


def test_without_the_servers_packages_it_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "authsvc.cli.main", None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert 'pip install "authsvc[server]"' in str(ended.value)
