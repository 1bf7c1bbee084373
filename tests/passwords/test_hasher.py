"""Hashes: the parameters of new ones, the schemes people move in with, and damaged ones."""

import bcrypt
import pytest
from passlib.hash import (
    bcrypt_sha256,
    django_bcrypt_sha256,
    django_pbkdf2_sha256,
    ldap_sha1,
    md5_crypt,
    pbkdf2_sha256,
    pbkdf2_sha512,
    scrypt,
    sha256_crypt,
    sha512_crypt,
)

from authsvc.passwords.hasher import HashParameters, PasswordHasher
from factories import PASSWORD, cheap_hashes

HASHER = PasswordHasher(cheap_hashes)
PRESENT = "$argon2id$v=19$m=8,t=1,p=1$"


def _bcrypt(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()


MOVED_IN = {
    "bcrypt": _bcrypt(PASSWORD),
    "bcrypt of PHP": _bcrypt(PASSWORD).replace("$2b$", "$2y$"),
    "bcrypt_sha256": bcrypt_sha256.using(rounds=4).hash(PASSWORD),
    "scrypt": scrypt.using(rounds=4).hash(PASSWORD),
    "pbkdf2_sha256": pbkdf2_sha256.using(rounds=10).hash(PASSWORD),
    "pbkdf2_sha512": pbkdf2_sha512.using(rounds=10).hash(PASSWORD),
    "django": django_pbkdf2_sha256.using(rounds=10).hash(PASSWORD),
    "django_bcrypt": django_bcrypt_sha256.using(rounds=4).hash(PASSWORD),
    "sha256_crypt": sha256_crypt.using(rounds=1000).hash(PASSWORD),
    "sha512_crypt": sha512_crypt.using(rounds=1000).hash(PASSWORD),
    "argon2id of other costs": PasswordHasher(HashParameters(16, 1, 1)).hash(PASSWORD),
    "argon2id of fewer passes": PasswordHasher(HashParameters(8, 2, 1)).hash(PASSWORD),
    "argon2id of more lanes": PasswordHasher(HashParameters(16, 1, 2)).hash(PASSWORD),
}
WHOLE = (
    *(HASHER.hash(PASSWORD), MOVED_IN["bcrypt"], MOVED_IN["bcrypt_sha256"]),
    *("$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$" + "A" * 43, MOVED_IN["django"]),
    *(MOVED_IN["pbkdf2_sha256"], MOVED_IN["django_bcrypt"]),
)
NO_HASHES = ("", " ", "$", "*", "!", "x", "None", PASSWORD, "$argon2id$", "$argon2id$v=19$m=0$$")


def test_a_new_hash_is_argon2id_with_the_design_s_parameters() -> None:
    assert HashParameters() == HashParameters(memory_kib=65536, passes=3, lanes=1)
    stored = HASHER.hash(PASSWORD)
    assert stored.startswith(PRESENT)
    salt, digest = stored.split("$")[-2:]
    assert (len(salt), len(digest)) == (22, 43)
    assert stored != HASHER.hash(PASSWORD)


def test_a_decoy_costs_what_a_hash_of_the_present_parameters_costs_and_is_new_each_time() -> None:
    decoy, hashed = HASHER.decoy(), HASHER.hash(PASSWORD)
    assert decoy.startswith(PRESENT)
    assert HASHER.is_present(decoy)
    # The same lengths of salt and digest, which are part of the cost.
    assert [len(part) for part in decoy.split("$")] == [len(part) for part in hashed.split("$")]
    assert decoy != HASHER.decoy()


def test_the_right_password_of_the_present_parameters_needs_no_better_hash() -> None:
    verdict = HASHER.verify(PASSWORD, HASHER.hash(PASSWORD))
    assert (verdict.is_right, verdict.better_hash) == (True, None)
    assert not HASHER.verify(PASSWORD + " ", HASHER.hash(PASSWORD)).is_right


@pytest.mark.parametrize("scheme", MOVED_IN)
def test_people_move_in_with_their_hashes_and_get_better_ones(scheme: str) -> None:
    stored = MOVED_IN[scheme]
    assert HASHER.is_known(stored)
    verdict = HASHER.verify(PASSWORD, stored)
    assert verdict.is_right
    assert verdict.better_hash is not None
    assert verdict.better_hash.startswith(PRESENT)
    assert HASHER.verify(PASSWORD, verdict.better_hash).is_right
    wrong = HASHER.verify(PASSWORD + "x", stored)
    assert (wrong.is_right, wrong.better_hash) == (False, None)


@pytest.mark.parametrize(
    "stored", (md5_crypt.hash(PASSWORD), ldap_sha1.hash(PASSWORD), PASSWORD, "5f4dcc3b5aa765d61d83")
)
def test_weak_schemes_and_plain_text_are_not_taken(stored: str) -> None:
    assert not HASHER.is_known(stored)
    assert not HASHER.verify(PASSWORD, stored).is_right


@pytest.mark.parametrize("length", (73, 80, 200))
def test_a38_a_moved_in_bcrypt_hash_does_not_cut_a_long_password(length: int) -> None:
    stored = _bcrypt("A" * 72)
    assert HASHER.verify("A" * 72, stored).is_right
    assert not HASHER.verify("A" * length, stored).is_right


def _damaged(stored: str) -> set[str]:
    """Return a hash with every place cut off, left out, doubled, or changed."""
    places = range(len(stored))
    return {
        *(stored[:place] for place in places),
        *(stored[:place] + stored[place + 1 :] for place in places),
        *(stored[:place] + "9" + stored[place:] for place in places),
        *(stored[:place] + wrong + stored[place + 1 :] for place in places for wrong in "$é\x00"),
    }


@pytest.mark.parametrize("whole", (*WHOLE, *NO_HASHES), ids=lambda whole: whole[:7])
@pytest.mark.filterwarnings("ignore::passlib.exc.PasslibHashWarning")
def test_a_damaged_hash_never_matches_and_is_no_error(whole: str) -> None:
    for stored in {*_damaged(whole), *(NO_HASHES if whole in NO_HASHES else ())}:
        verdict = HASHER.verify("not the password", stored)
        assert (verdict.is_right, verdict.better_hash) == (False, None)
