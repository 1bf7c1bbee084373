"""The answer to "who is this?"."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller.

    Attributes:
        user_id: The token's `sub`.
        session_id: The token's `sid`.
        scopes: What the token may be used for.
        auth_time: When the user last proved who they are.
        amr: How (RFC 8176).
    """

    user_id: UUID
    session_id: UUID
    scopes: frozenset[str]
    auth_time: datetime
    amr: tuple[str, ...]
