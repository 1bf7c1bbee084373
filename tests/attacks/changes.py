"""Small changes to a text, in every place: a bit, a character more, one less, one exchanged."""

from collections.abc import Iterator

_ODD = "A-_.=;, \0\x7f\u00e9\u0130"


def bit_flips(text: str) -> Iterator[str]:
    """Flip every bit of every character, one at a time."""
    for index, character in enumerate(text):
        for bit in range(8):
            yield text[:index] + chr(ord(character) ^ 1 << bit) + text[index + 1 :]


def changed_texts(text: str, every: int = 1) -> Iterator[str]:
    """Change every n-th place in each of four ways."""
    for index in range(0, len(text), every):
        before, here, after = text[:index], text[index], text[index + 1 :]
        odd = _ODD[index // every % len(_ODD)]
        yield before + chr(ord(here) ^ 1 << index // every % 8) + after
        yield before + odd + here + after
        yield before + after
        yield before + (odd if odd != here else "B") + after
