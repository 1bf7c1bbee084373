"""Strict JSON: one reading or none, quickly, and never any other exception."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authsvc.core.strict_json import StrictJSONError, loads
from core.json_texts import BADLY_ENCODED, BROKEN, DOUBLED, FINE, HARD, NOT_DOUBLED
from core.json_values import JSON

DEPTH = 32


def read(raw: bytes | str) -> object:
    return loads(raw.encode() if isinstance(raw, str) else raw, max_depth=DEPTH)


def is_refused(raw: bytes | str) -> bool:
    try:
        read(raw)
    except StrictJSONError:
        return True
    return False


@pytest.mark.parametrize("text", DOUBLED)
def test_an_object_that_names_a_member_twice_is_refused(text: str) -> None:
    with pytest.raises(StrictJSONError, match="twice"):
        read(text)


@pytest.mark.parametrize("text", NOT_DOUBLED)
def test_names_that_differ_or_stand_apart_are_not_doubled(text: str) -> None:
    assert read(text) == json.loads(text)


@pytest.mark.parametrize("text", ("NaN", "Infinity", "-Infinity", "[NaN]", '{"a":-Infinity}'))
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(StrictJSONError, match="NaN and Infinity"):
        read(text)


@pytest.mark.parametrize("text", ("1e999", "-1e999", "[1E400]", "0.1e310", "9" * 400 + ".0"))
def test_numbers_that_overflow_are_refused(text: str) -> None:
    with pytest.raises(StrictJSONError, match="out of range"):
        read(text)


@pytest.mark.parametrize("text", ("9" * 5000, "-" + "9" * 5000, "[" + "9" * 10**6 + "]"))
def test_integers_of_thousands_of_digits_are_refused(text: str) -> None:
    assert is_refused(text)


@pytest.mark.parametrize("raw", BADLY_ENCODED)
def test_what_is_not_plain_utf_8_of_real_characters_is_refused(raw: bytes) -> None:
    assert is_refused(raw)


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(StrictJSONError) as refused:
        read(text)
    assert len(text) < 5 or text not in str(refused.value)


@pytest.mark.parametrize("text", FINE)
def test_ordinary_json_is_read_as_everybody_reads_it(text: str) -> None:
    assert read(text) == json.loads(text)


@pytest.mark.parametrize("opening", ("[", '{"a":', '[{"a":', "[ "))
def test_depth_is_counted_exactly(opening: str) -> None:
    closing = {"[": "]", '{"a":': "}", '[{"a":': "}]", "[ ": "]"}[opening]
    levels = opening.count("[") + opening.count("{")
    fits = DEPTH // levels
    assert not is_refused(opening * fits + "1" + closing * fits)
    with pytest.raises(StrictJSONError, match="nested"):
        read(opening * (fits + 1) + "1" + closing * (fits + 1))


@pytest.mark.parametrize(
    "text", ('"' + "[" * 99 + '"', '"\\"' + "{" * 99 + '"', "[]," * 99, '["]"]')
)
def test_depth_is_not_counted_in_strings_or_side_by_side(text: str) -> None:
    assert read(f"[{text.rstrip(',')}]") == json.loads(f"[{text.rstrip(',')}]")


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_the_hardest_text_of_the_size_of_a_body_takes_no_time(text: str) -> None:
    def once() -> float:
        started = time.perf_counter()
        is_refused(text)
        return time.perf_counter() - started

    assert min(once() for _ in range(3)) < 0.05


def test_a_hundred_thousand_names_are_read_in_the_time_it_takes_to_read_them() -> None:
    names = {f"{n:x}": n for n in range(10**5)}
    assert read(json.dumps(names)) == names


@settings(max_examples=150, deadline=None)
@given(value=JSON, ascii_only=st.booleans(), indent=st.sampled_from((None, 1)))
def test_whatever_json_can_say_comes_back_unchanged(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert repr(read(text)) == repr(value)


@settings(max_examples=150, deadline=None)
@given(raw=st.binary() | st.text(alphabet='{}[]",:\\u0d8eE+-.1 \n').map(str.encode))
def test_any_bytes_give_a_value_or_the_one_error(raw: bytes) -> None:
    if not is_refused(raw):
        assert read(raw) == json.loads(raw.decode())
