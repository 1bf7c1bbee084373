"""Which new passwords are refused: short ones, common ones, and ones made of what everybody knows.

NIST SP 800-63B-4 §3.1.1: no rules of composition, the whole password compared with the list.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, Field

from authsvc.passwords.errors import WeakPassword

MAX_CHARACTERS = 256
MAX_BYTES = 1024

# Words that belong to any service like this one, next to its own name.
_HOUSE_WORDS = frozenset(
    {"authsvc", "auth", "login", "password", "passwort", "signin", "account", "welcome"}
)
_SHORTEST_WORD = 3
# So many letters and digits must remain when the known words are gone.
_NEEDED_REST = 4
_WORD = re.compile(r"[^\W\d_]+")


def _check_text(password: str) -> str:
    if "\x00" in password:
        raise ValueError("A password cannot contain a NUL character")
    if len(password.encode("utf-8")) > MAX_BYTES:
        raise ValueError(f"A password may have at most {MAX_BYTES} bytes in UTF-8")
    return password


# A password as it arrives: bounded, never trimmed or changed. For checking, any length is tried.
Password = Annotated[
    str,
    Field(min_length=1, max_length=MAX_CHARACTERS, json_schema_extra={"format": "password"}),
    AfterValidator(_check_text),
]


class PasswordPolicy:
    """Judges new passwords. Existing ones are never judged again."""

    def __init__(self, min_length: int) -> None:
        """Ask for at least `min_length` code points."""
        self._min_length = min_length

    def check(self, password: str, *, email: str, name: str | None) -> None:
        """Accept a new password for a person, or say why not.

        Raises:
            WeakPassword: With a reason that does not repeat the password.

        """
        if len(password) < self._min_length:
            raise WeakPassword(f"A password has at least {self._min_length} characters.")
        folded = password.casefold()
        if folded in _common_passwords():
            raise WeakPassword("This is one of the passwords that are guessed first.")
        if _is_made_of(folded, _known_words(email, name)):
            raise WeakPassword(
                "This is made of the e-mail address, the name or the name of this service."
            )


def _known_words(email: str, name: str | None) -> frozenset[str]:
    local_part, _, domain = email.casefold().partition("@")
    person = {
        email.casefold(),
        local_part,
        *_WORD.findall(local_part),
        *_WORD.findall((name or "").casefold()),
    }
    host = {domain, *domain.split(".")}
    return frozenset(word for word in person | host | _HOUSE_WORDS if len(word) >= _SHORTEST_WORD)


def _is_made_of(password: str, words: frozenset[str]) -> bool:
    rest = password
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, " ")
    if rest == password:
        return False
    # A year or a few digits beside a known word add next to nothing.
    return sum(character.isalpha() for character in rest) < _NEEDED_REST


@cache
def _common_passwords() -> frozenset[str]:
    text = files("authsvc.passwords").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(text.splitlines())
