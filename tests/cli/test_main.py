"""The program as a whole: its version, its help, and what it says about what it does not know."""

import os
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


LARGE_PAGES = "glibc.malloc.hugetlb=1"


@pytest.fixture
def restarts(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Note how the program starts itself anew, where it is not let."""
    noted: list[list[str]] = []

    def refused(program: str, arguments: list[str]) -> None:
        noted.append([program, *arguments, os.environ["GLIBC_TUNABLES"]])
        raise PermissionError

    monkeypatch.setattr(os, "execv", refused)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "argv", ["authsvc", "serve", "--help"])
    monkeypatch.setattr(sys, "orig_argv", ["python3", "-X", "dev", "-m", "authsvc", "serve"])
    # Before it is removed, so that it is gone again at the end.
    monkeypatch.setenv("GLIBC_TUNABLES", "")
    monkeypatch.delenv("GLIBC_TUNABLES")
    return noted


def _run() -> int:
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_the_server_starts_over_with_large_pages_and_goes_on_where_it_cannot(
    restarts: list[list[str]],
) -> None:
    assert _run() == 0
    again = [sys.executable, sys.executable, "-X", "dev", "-m", "authsvc", "serve", LARGE_PAGES]
    assert restarts == [again]


def test_what_the_allocator_was_told_stays_and_commands_start_once(
    restarts: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=2")
    assert _run() == 0
    monkeypatch.delenv("GLIBC_TUNABLES")
    monkeypatch.setattr(sys, "argv", ["authsvc", "--version"])
    assert _run() == 0
    assert restarts == []


def test_elsewhere_there_is_nothing_to_tell(
    restarts: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert _run() == 0
    assert restarts == []
