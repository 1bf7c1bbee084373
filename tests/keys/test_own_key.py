"""A key file is read in every usual form, refused when weak or open, and never repeated."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authsvc.keys.errors import KeyUnusable
from authsvc.keys.material import prepare_public
from authsvc.keys.own_key import is_open_to_others, read_key_file
from keys.key_files import BAD, CURVE, GOOD, SECRET_BYTES, key_file
from keys.materials import pem


@pytest.mark.parametrize("form", GOOD)
def test_every_usual_form_is_read(tmp_path: Path, form: str) -> None:
    alg, content = GOOD[form]
    opened = read_key_file(key_file(tmp_path / "key", content), alg)
    assert opened.signing
    signature = opened.signing.key.sign(b"message")
    assert opened.verifying.key.verify(b"message", signature)
    assert (opened.signing.alg, opened.signing.kid) == (alg, opened.kid)


def test_the_forms_of_one_key_are_one_key(tmp_path: Path) -> None:
    kids = {
        (alg, read_key_file(key_file(tmp_path / "key", content), alg).kid)
        for alg, content in GOOD.values()
    }
    assert len(kids) == 3


@pytest.mark.parametrize("what", BAD)
def test_what_must_not_sign_is_refused_in_one_line_that_repeats_nothing(
    tmp_path: Path, what: str
) -> None:
    alg, content, reason = BAD[what]
    path = key_file(tmp_path / "key", content)
    with pytest.raises(KeyUnusable, match=reason) as refused:
        read_key_file(path, alg)
    line = str(refused.value)
    assert line.startswith(f"AUTHSVC_SIGNING_KEY_FILE: {path} ")
    assert "\n" not in line
    told = line.removeprefix(f"AUTHSVC_SIGNING_KEY_FILE: {path} ")
    shown = content if isinstance(content, bytes) else str(content).encode()
    for start in range(0, len(shown) - 16, 4):
        piece = shown[start : start + 16]
        assert piece.decode("latin-1") not in told or b"PRIVATE KEY" in piece


def test_longer_rsa_keys_than_any_token_has_room_for_are_refused() -> None:
    public = rsa.RSAPublicNumbers(65537, (1 << 4103) + 1).public_key()
    half = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ValueError, match="RSA of 4104 bits"):
        prepare_public("RS256", half)


@pytest.mark.parametrize("mode", (0o644, 0o640, 0o604, 0o660, 0o601, 0o610, 0o620, 0o444, 0o777))
def test_a_file_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path / "key", pem(CURVE), mode)
    with pytest.raises(KeyUnusable, match=f"open to others. Run: chmod 600 {path}"):
        read_key_file(path, "ES256")


@pytest.mark.parametrize(
    ("mode", "is_own", "is_open"),
    (
        (0o600, True, False),
        (0o400, True, False),
        (0o440, True, True),
        # As a secret is mounted into a container: it is root's, and read by way of the group.
        (0o440, False, False),
        (0o640, False, False),
        (0o460, False, True),
        (0o450, False, True),
        (0o444, False, True),
        (0o404, False, True),
        (0o442, False, True),
    ),
)
def test_a_group_may_read_only_what_is_somebody_elses(
    mode: int, is_own: bool, is_open: bool
) -> None:
    assert is_open_to_others(stat.S_IFREG | mode, 1000 if is_own else 0, 1000) == is_open


def test_what_is_no_file_or_not_there_is_one_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "link").symlink_to(key_file(tmp_path / "key", pem(CURVE)))
    assert read_key_file(tmp_path / "link", "ES256").signing
    for name, reason in (
        ("pipe", "it is not a file"),
        (".", "it is not a file"),
        ("nowhere", "cannot be read: No such file or directory"),
        ("key/below", "cannot be read: Not a directory"),
    ):
        with pytest.raises(KeyUnusable, match=reason):
            read_key_file(tmp_path / name, "ES256")


def test_a_key_does_not_show_itself_when_printed(tmp_path: Path) -> None:
    opened = read_key_file(key_file(tmp_path / "key", GOOD["oct, JWK"][1]), "HS256")
    assert "prepared" not in repr(opened)
    assert str(SECRET_BYTES) not in repr(opened)
