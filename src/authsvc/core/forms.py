"""How the OAuth endpoints read their forms: doubled parameters refused, unknown ones ignored."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from authsvc.core.oauth import InvalidRequest

_MOST_FIELDS = 20


def read_form(body: bytes) -> dict[str, str]:
    """Read form parameters (RFC 6749 appendix B). Empty ones count as left out (§3.2).

    Raises:
        InvalidRequest: If the form is malformed or names a parameter twice.

    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise InvalidRequest("The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequest("A parameter is given twice.")
    return {name: value for name, value in form.items() if value}


async def get_form(request: Request) -> dict[str, str]:
    """Read the request's form."""
    return read_form(await request.body())


FormDep = Annotated[dict[str, str], Depends(get_form)]


def required(form: dict[str, str], name: str) -> str:
    """Return a parameter that must be there.

    Raises:
        InvalidRequest: If it is not.

    """
    if name not in form:
        raise InvalidRequest(f"{name} is missing.")
    return form[name]


def described(
    properties: Mapping[str, object], *, needs: Sequence[str], **samples: object
) -> dict[str, Any]:
    """Describe a form for OpenAPI, by hand because it is read by hand.

    Args:
        properties: The schema of each parameter.
        needs: Which must be there.
        samples: Its `example`, or its `examples`.

    """
    schema = {"type": "object", "required": list(needs), "properties": properties}
    media_type = {"schema": schema, **samples}
    return {"required": True, "content": {"application/x-www-form-urlencoded": media_type}}
