"""Which new passwords are refused, and that no rule of composition is among the reasons."""

import pytest
from pydantic import TypeAdapter, ValidationError

from authsvc.passwords.errors import WeakPassword
from authsvc.passwords.policy import Password, PasswordPolicy

EMAIL, NAME = "grace.hopper@navy.example", "Grace Brewster Hopper"
CHECKED: TypeAdapter[str] = TypeAdapter(Password)

ACCEPTED = (
    *("a fern under seven moons", "lowercaseonlyletters", "73194628507", "🐢🦊🐙🦀🐬🐋🦈🐊"),
    *("aaaaaaaaaaaaaaaaa", "        " * 2, "x" * 256, "🐢" * 256, "ä" * 64, "пароль из слов"),
    *(" leading and trailing ", "tab\tin it", "no-break\u00a0space", "' OR 1=1 --"),
    *("\u202eabcdefgh", "k7$Qz!authPx", "gracefully moving on", "my navy blue bicycle"),
)
MADE_OF = (
    *("grace.hopper@navy.example", "GRACE.HOPPER@NAVY.EXAMPLE", "grace.hopper", "gracehopper"),
    *("Hopper-1906", "Brewster!!", "hopperhopper", "navy.example", "navy2026", "n4vy grace"),
    *("authsvc-authsvc", "Authsvc-2026-login", "My-Login-1", "welcome-auth", "account 2026"),
)
COMMON = ("12345678", "iloveyou", "ILOVEYOU", "PassW0rd", "qwertyuiop", "trustno1", "sunshine")


def _reason(password: str, min_length: int = 8) -> str | None:
    try:
        PasswordPolicy(min_length).check(password, email=EMAIL, name=NAME)
    except WeakPassword as problem:
        return problem.detail
    return None


@pytest.mark.parametrize("password", ACCEPTED, ids=ascii)
def test_no_composition_is_asked_for(password: str) -> None:
    assert _reason(password) is None


@pytest.mark.parametrize("password", MADE_OF)
def test_what_everybody_knows_about_a_person_makes_no_password(password: str) -> None:
    reason = _reason(password) or ""
    assert "made of" in reason
    assert password.casefold() not in reason.casefold()


@pytest.mark.parametrize("password", COMMON)
def test_common_passwords_are_refused_in_any_case(password: str) -> None:
    assert "guessed first" in (_reason(password) or "")


def test_the_list_of_common_passwords_is_about_the_whole_password() -> None:
    assert _reason("iloveyou seven moons") is None


def test_the_least_length_counts_code_points_and_is_a_setting() -> None:
    for character in ("x", "ä", "漢", "🐢"):
        distinct = character * 6 + "q"
        assert "at least 8" in (_reason(distinct) or "")
        assert _reason(distinct + "z") is None
    assert "at least 15" in (_reason("a fern under 7", min_length=15) or "")
    assert _reason("a fern under 70", min_length=15) is None


def test_a_person_without_a_name_is_judged_by_the_address() -> None:
    policy = PasswordPolicy(8)
    policy.check("Hopper-moon-tide", email="a@b.example", name=None)
    with pytest.raises(WeakPassword):
        policy.check("hopper-1906", email="hopper@b.example", name=None)


def test_short_parts_of_an_address_forbid_nothing() -> None:
    PasswordPolicy(8).check("a fine io", email="a@x.io", name="Al")


@pytest.mark.parametrize(
    "password", ("x", "x" * 256, "🐢" * 256, "é" * 256, " ", "\n", "e\u0301", "\ud7ff", "\u0001")
)
def test_up_to_256_code_points_and_1024_bytes_arrive_unchanged(password: str) -> None:
    assert CHECKED.validate_python(password, strict=True) == password
    assert len(password.encode()) <= 1024


@pytest.mark.parametrize(
    "password", ("", "x" * 257, "🐢" * 257, "é" * 257, "x" * 1025, "\x00", "a\x00b", 1, None, ["x"])
)
def test_longer_ones_are_refused_and_never_cut(password: object) -> None:
    with pytest.raises(ValidationError):
        CHECKED.validate_python(password, strict=True)
