"""The wire models of the profile."""

from pydantic import ConfigDict

from authsvc.core.schemas import RequestModel
from authsvc.users.schemas import Name


class ProfileChange(RequestModel):
    """What a person may change about their account; null takes the name away."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada Lovelace"}})

    name: Name | None
