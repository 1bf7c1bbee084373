"""What every request body inherits: nothing is coerced, nothing unknown is let through."""

import pytest
from pydantic import ValidationError

from authsvc.core.schemas import RequestModel


class Order(RequestModel):
    count: int
    is_gift: bool = False
    note: str | None = None


@pytest.mark.parametrize(
    "body",
    (
        *({"count": "1"}, {"count": 1.0}, {"count": True}, {"count": None}, {}),
        *(
            {"count": 1, "is_gift": "true"},
            {"count": 1, "is_gift": 1},
            {"count": 1, "is_gift": None},
        ),
        *({"count": 1, "note": 1}, {"count": 1, "note": b"x"}, {"count": 1, "Count": 1}),
    ),
    ids=str,
)
def test_a_value_of_another_type_and_a_member_of_another_name_are_refused(
    body: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        Order.model_validate(body)


def test_what_fits_is_taken_and_stays_as_it_is() -> None:
    order = Order.model_validate({"count": 1, "is_gift": True})
    assert order.model_dump() == {"count": 1, "is_gift": True, "note": None}
