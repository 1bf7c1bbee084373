"""The wire models of the profile."""

from pydantic import ConfigDict

from authsvc.core.schemas import RequestModel
from authsvc.passwords.policy import Password
from authsvc.users.schemas import Name


class ProfileChange(RequestModel):
    """What a person may change about their account; null takes the name away."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Ada Lovelace"}})

    name: Name | None


class AccountDeletion(RequestModel):
    """The present password, as proof."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"password": "a fern under seven moons"}}
    )

    password: Password
