"""The application secret: keys by RFC 5869, apart from each other, and never shown."""

import hashlib
import hmac

import pytest

from authsvc.core.secrets import ApplicationSecret, Pseudonyms
from factories import SECRET

OTHER = "another secret of enough characters"


def hkdf(secret: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 for one block, from the text of RFC 5869 §2."""
    pseudo_random_key = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(pseudo_random_key, info + b"\x01", hashlib.sha256).digest()


def test_a_key_is_what_rfc_5869_derives_for_its_purpose() -> None:
    expected = hkdf(SECRET.encode(), b"authsvc/refresh-token/1")
    assert ApplicationSecret(SECRET).derive("refresh-token/1") == [expected]


def test_the_current_secret_comes_first_and_the_previous_one_after_it() -> None:
    changing = ApplicationSecret(SECRET, OTHER)
    assert changing.derive("x") == [
        *ApplicationSecret(SECRET).derive("x"),
        *ApplicationSecret(OTHER).derive("x"),
    ]


@pytest.mark.parametrize("nothing", (None, ""))
def test_without_a_previous_secret_there_is_one_key(nothing: str | None) -> None:
    assert len(ApplicationSecret(SECRET, nothing).derive("x")) == 1


def test_every_purpose_and_every_secret_has_a_key_of_its_own() -> None:
    purposes = ("signing-keys/seal/1", "refresh-token/1", "refresh-token/2", "", "Refresh-token/1")
    secrets = (SECRET, OTHER, SECRET + " ", SECRET.lower(), "sécret")
    keys = [
        key
        for secret in secrets
        for purpose in purposes
        for key in ApplicationSecret(secret).derive(purpose)
    ]
    assert len(set(keys)) == len(purposes) * len(secrets)
    assert {len(key) for key in keys} == {32}


def test_a_secret_does_not_show_itself() -> None:
    secret = ApplicationSecret(SECRET, OTHER)
    for text in (repr(secret), str(secret), f"{secret}", repr([secret])):
        assert SECRET not in text
        assert OTHER not in text


def test_a_pseudonym_is_the_same_for_the_same_person_purpose_and_secret_only() -> None:
    name = Pseudonyms(ApplicationSecret("a"), "log").of("ada@example.com")
    assert name == Pseudonyms(ApplicationSecret("a", "before"), "log").of("ada@example.com")
    others = {
        Pseudonyms(ApplicationSecret("a"), "log").of("bob@example.com"),
        Pseudonyms(ApplicationSecret("a"), "keys").of("ada@example.com"),
        Pseudonyms(ApplicationSecret("b"), "log").of("ada@example.com"),
    }
    assert len(others - {name}) == 3
    assert len(name) == 64
