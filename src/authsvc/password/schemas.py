"""The wire model of changing one's password."""

from typing import Self

from pydantic import ConfigDict, model_validator

from authsvc.core.schemas import RequestModel
from authsvc.passwords.policy import Password


class PasswordChange(RequestModel):
    """The present password, as proof, and the new one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "current_password": "a fern under seven moons",
                "new_password": "four lamps beside the canal",
            }
        }
    )

    current_password: Password
    new_password: Password

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.current_password == self.new_password:
            raise ValueError("The new password is the present one")
        return self
