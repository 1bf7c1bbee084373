"""The wire model of signing up."""

from pydantic import ConfigDict

from authsvc.core.schemas import RequestModel
from authsvc.passwords.policy import Password
from authsvc.users.email import EmailAddress
from authsvc.users.schemas import Name


class RegisterRequest(RequestModel):
    """A new account. The e-mail address is compared without regard to case."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "email": "ada@example.com",
                "password": "a fern under seven moons",
                "name": "Ada",
            }
        }
    )

    email: EmailAddress
    password: Password
    name: Name | None = None
