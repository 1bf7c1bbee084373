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


def name_of(sealed: str) -> str:
    return sealed.split(".")[1]


def first(sealed: str) -> str:
    """Write a sealed text in the first form, which did not name what it was sealed under."""
    return f"1.{sealed.split('.')[2]}"


def box_of(sealed: str) -> bytes:
    return base64.urlsafe_b64decode(sealed.split(".")[2])


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


def test_a_sealed_text_names_what_it_was_sealed_under() -> None:
    old, new = make_sealer(OTHER).seal("kid", MATERIAL), make_sealer().seal("kid", MATERIAL)
    assert name_of(old) != name_of(new) == name_of(make_sealer().seal("another", MATERIAL))
    changing = make_sealer(SECRET, previous=OTHER)
    said = [(changing.is_current(text), changing.is_stale(text)) for text in (new, old, first(new))]
    assert said == [(True, False), (False, True), (False, True)]
    # What a secret sealed that nobody here knows is neither.
    assert not make_sealer().is_stale(old)
    assert not make_sealer().is_current(old)


def test_the_first_form_still_opens() -> None:
    sealed = first(make_sealer(OTHER).seal("kid", MATERIAL))
    assert make_sealer(OTHER).open("kid", sealed) == MATERIAL
    assert make_sealer(SECRET, previous=OTHER).open("kid", sealed) == MATERIAL
    with pytest.raises(SealBroken):
        make_sealer().open("kid", sealed)


def test_under_another_name_it_does_not_open() -> None:
    sealer = make_sealer(SECRET, previous=OTHER)
    sealed = sealer.seal("kid", MATERIAL)
    for name in (name_of(make_sealer(OTHER).seal("kid", MATERIAL)), "", "AAAAAAAA"):
        with pytest.raises(SealBroken):
            sealer.open("kid", sealed.replace(name_of(sealed), name))


def test_any_flipped_bit_breaks_it() -> None:
    sealer = make_sealer()
    sealed = sealer.seal("kid", MATERIAL)
    box = box_of(sealed)
    for index in range(len(box)):
        for bit in range(8):
            flipped = box[:index] + bytes([box[index] ^ 1 << bit]) + box[index + 1 :]
            text = f"2.{name_of(sealed)}.{base64.urlsafe_b64encode(flipped).decode()}"
            for changed in (text, first(text)):
                with pytest.raises(SealBroken):
                    sealer.open("kid", changed)


@pytest.mark.parametrize(
    "form",
    (
        *("", ".", "1", "1.", "1.A", "1.AAAA", "1.AAAAAAAAAAAAAAAA", "1.AAAAAAAAAAAAAAAAAAAA"),
        *("3.#.@", "#.@", "@", ".@", "2@", "2.@", "2..@", "2.@.#", "2.#.", "2.#", "2.#.@=A"),
        *("2.#.@@", "2.#.#.@", "2.#.AAAA@", "2.#.é@", "2.#.\ud800", "2.#.\0@", "1.#.@", "1..@"),
    ),
)
def test_other_forms_do_not_open(form: str) -> None:
    sealed = make_sealer().seal("kid", MATERIAL)
    _, name, encoded = sealed.split(".")
    with pytest.raises(SealBroken):
        make_sealer().open("kid", form.replace("@", encoded).replace("#", name))


@pytest.mark.parametrize("missing", (1, 4, 16, 40))
def test_it_does_not_open_when_cut_off_at_either_end(missing: int) -> None:
    sealed = make_sealer().seal("kid", MATERIAL)
    head = f"2.{name_of(sealed)}."
    for cut in (sealed[:-missing], head + sealed.removeprefix(head)[missing:]):
        with pytest.raises(SealBroken):
            make_sealer().open("kid", cut)
