"""The ring: no two keys of one name, no two algorithms, and each key only in its time."""

from dataclasses import FrozenInstanceError, replace
from datetime import timedelta

import pytest

from attacks.forge import ALGORITHMS, key_of, make_forge
from authsvc.tokens.keyring import Algorithm, KeyRing

FORGE = make_forge("ES256")
SECOND = timedelta(seconds=1)


def test_a_ring_finds_a_key_by_its_exact_id_and_no_other() -> None:
    key = key_of(FORGE)
    ring = KeyRing([key, replace(key, kid="another")])
    assert len(ring) == 2
    assert ring.find(key.kid) is key
    assert ring.find(key.kid[:-1]) is None
    assert ring.find("") is None


def test_two_keys_of_one_id_are_refused() -> None:
    key = key_of(FORGE)
    with pytest.raises(ValueError, match="one kid"):
        KeyRing([key, replace(key, key=key_of(make_forge("HS256")).key)])


@pytest.mark.parametrize("other", ("RS256", "HS256"))
def test_two_algorithms_in_one_ring_are_refused(other: Algorithm) -> None:
    with pytest.raises(ValueError, match="one algorithm"):
        KeyRing([key_of(FORGE), key_of(make_forge(other))])


def test_a_ring_cannot_be_changed_only_replaced() -> None:
    ring = KeyRing([key_of(FORGE)])
    with pytest.raises(TypeError):
        ring._keys["another"] = key_of(FORGE)  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        key_of(FORGE).alg = "HS256"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("begins", "ends", "outcome"),
    (
        (None, None, "accepted"),
        (0 * SECOND, 1 * SECOND, "accepted"),
        (-SECOND, None, "accepted"),
        (SECOND, None, "kid"),
        (None, 0 * SECOND, "kid"),
        (None, -SECOND, "kid"),
    ),
)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_counts_from_its_beginning_until_just_before_its_end(
    alg: Algorithm, begins: timedelta | None, ends: timedelta | None, outcome: str
) -> None:
    forge = make_forge(alg)
    key = replace(
        key_of(forge),
        not_before=None if begins is None else forge.now + begins,
        retire_at=None if ends is None else forge.now + ends,
    )
    assert replace(forge, ring=KeyRing([key])).outcome(forge.token()) == outcome


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_no_key_shows_itself_when_printed(alg: Algorithm) -> None:
    forge = make_forge(alg)
    for text in (repr(forge.signing), repr(key_of(forge)), repr(forge.ring)):
        assert "Key object" not in text
        assert "prepared" not in text
