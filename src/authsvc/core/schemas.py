"""What wire models share: strict requests without unknown members, and instants in one format."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

# RFC 3339 in UTC, to the second.
Timestamp = Annotated[
    datetime,
    PlainSerializer(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]


class RequestModel(BaseModel):
    """Base of request bodies. Nothing is coerced; an unknown member is refused, not ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
