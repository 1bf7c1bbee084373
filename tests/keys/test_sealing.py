"""A sealed text opens under its own key id and a known secret, whole; in no other way."""

import base64

import pytest

from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.sealing import SealBroken, Sealer
from factories import SECRET

MATERIAL = b"-----BEGIN PRIVATE KEY----- the material"
OTHER = "another secret of enough characters"


def make_sealer(current: str = SECRET, previous: str | None = None) -> Sealer:
    return Sealer(ApplicationSecret(current, previous))


def box_of(sealed: str) -> bytes:
    return base64.urlsafe_b64decode(sealed.partition(".")[2])


def test_what_was_sealed_opens_under_its_own_id() -> None:
    sealed = make_sealer().seal("kid", MATERIAL)
    assert make_sealer().open("kid", sealed) == MATERIAL


def test_a_sealed_text_shows_nothing_and_is_never_the_same() -> None:
    sealer = make_sealer()
    boxes = {box_of(sealer.seal("kid", MATERIAL)) for _ in range(200)}
    assert len({box[:12] for box in boxes}) == 200
    for box in boxes:
        assert {len(box)} == {12 + len(MATERIAL) + 16}
        assert b"PRIVATE" not in box


@pytest.mark.parametrize("kid", ("", "Kid", "kid ", "kid2", "ki"))
def test_it_does_not_open_for_another_key(kid: str) -> None:
    with pytest.raises(SealBroken):
        make_sealer().open(kid, make_sealer().seal("kid", MATERIAL))


def test_it_opens_under_the_previous_secret_too_and_is_made_under_the_current_one() -> None:
    old = make_sealer(OTHER).seal("kid", MATERIAL)
    changing = make_sealer(SECRET, previous=OTHER)
    assert changing.open("kid", old) == MATERIAL
    with pytest.raises(SealBroken):
        make_sealer().open("kid", old)
    assert make_sealer().open("kid", changing.seal("kid", MATERIAL)) == MATERIAL


def test_any_flipped_bit_breaks_it() -> None:
    sealer = make_sealer()
    box = box_of(sealer.seal("kid", MATERIAL))
    for index in range(len(box)):
        for bit in range(8):
            flipped = box[:index] + bytes([box[index] ^ 1 << bit]) + box[index + 1 :]
            with pytest.raises(SealBroken):
                sealer.open("kid", f"1.{base64.urlsafe_b64encode(flipped).decode()}")


@pytest.mark.parametrize(
    "form",
    (
        *("", ".", "1", "1.", "1.A", "1.AAAA", "1.AAAAAAAAAAAAAAAA", "1.AAAAAAAAAAAAAAAAAAAA"),
        *("2.@", "@", ".@", "1@", "1.@=A", "1.@@", "1.1.@", "1.AAAA@", "1.é@", "1.\ud800", "1.\0@"),
    ),
)
def test_other_forms_do_not_open(form: str) -> None:
    encoded = make_sealer().seal("kid", MATERIAL).removeprefix("1.")
    with pytest.raises(SealBroken):
        make_sealer().open("kid", form.replace("@", encoded))


@pytest.mark.parametrize("missing", (1, 4, 16, 40))
def test_it_does_not_open_when_cut_off_at_either_end(missing: int) -> None:
    sealed = make_sealer().seal("kid", MATERIAL)
    for cut in (sealed[:-missing], "1." + sealed[2 + missing :]):
        with pytest.raises(SealBroken):
            make_sealer().open("kid", cut)
