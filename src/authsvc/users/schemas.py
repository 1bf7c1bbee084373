"""How a user looks on the wire. Never the table itself: nothing internal can slip out."""

import unicodedata
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from authsvc.core.schemas import Timestamp
from authsvc.users.models import User
from authsvc.users.repository import Account


def _one_line(name: str) -> str:
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise ValueError("A name cannot contain control characters")
    if not name.strip():
        raise ValueError("A name cannot be blank")
    return name


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_one_line)]


class ProfileResponse(BaseModel):
    """A person's own account."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "7f0c1c2e-54b1-4a52-8a3b-5b0f2f6f1c11",
                "email": "ada@example.com",
                "name": "Ada",
                "email_verified": False,
                "is_active": True,
                "roles": [],
                "created_at": "2026-11-23T10:00:00Z",
                "updated_at": "2026-11-23T10:00:00Z",
            }
        }
    )

    id: UUID
    email: str
    name: str | None
    email_verified: bool
    is_active: bool
    roles: list[str]
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, user: User | Account) -> "ProfileResponse":
        """Show a user's own account."""
        return cls.model_validate(user, from_attributes=True)
