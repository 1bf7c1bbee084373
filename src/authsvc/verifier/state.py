"""What the verifier knows, and since when: for a readiness check, or for a person who wonders."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class VerifierState:
    """The state at one instant.

    Attributes:
        is_ready: Whether a good token would be accepted now.
        keys_fetched_at: When the keys were last asked for with success.
        keys_stale: They are older than authsvc said they would do for; they are used all the same
            until the policy's `keys_usable_for` has passed.
        keys_usable: They are not older than that.
        feed_read_at: When the revocation feed was last read. None if it never was, or is not
            followed.
        feed_current: It was read a moment ago: who signs out is out.
        ended_sessions: How many ended sessions are remembered.
        last_error: What stands in the way of keys or feed now; None if nothing does.
    """

    is_ready: bool
    keys_fetched_at: datetime | None
    keys_stale: bool
    keys_usable: bool
    feed_read_at: datetime | None
    feed_current: bool
    ended_sessions: int
    last_error: str | None
