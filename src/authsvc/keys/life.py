"""The life of a key: published, signing, verifying, gone. Read off stored instants and the clock.

Pure, so that every process that has the same rows and the same time says the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from authsvc.keys.models import SigningKeyRow

# For so long others may keep the key set (RFC 9111 §5.2.2.1) before they ask again.
MAX_AGE = timedelta(seconds=300)

State = Literal["published", "signing", "verifying", "gone"]


@dataclass(frozen=True, slots=True)
class Life:
    """One key's instants.

    Attributes:
        row: The key as stored.
        signs_until: When the next key begins to sign; None while there is no next one.
    """

    row: SigningKeyRow
    signs_until: datetime | None

    @property
    def kid(self) -> str:
        """The key's id."""
        return self.row.kid

    @property
    def verifies_until(self) -> datetime | None:
        """When the last token it signed has expired, and everybody has asked for the set anew."""
        if self.row.retired_at is not None:
            return self.row.retired_at
        if self.signs_until is None:
            return None
        return self.signs_until + timedelta(seconds=self.row.longest_ttl) + MAX_AGE

    def state(self, now: datetime) -> State:
        """Tell what the key does at `now`."""
        if self.verifies_until is not None and self.verifies_until <= now:
            return "gone"
        if now < self.row.signs_from:
            return "published"
        if self.signs_until is None or now < self.signs_until:
            return "signing"
        return "verifying"


def lives(rows: Iterable[SigningKeyRow]) -> Sequence[Life]:
    """Tell the lives of the keys of one algorithm, the one that signs last before the others.

    Retired ones are left out: a key whose successor was retired signs on.
    """
    ordered = sorted(
        (row for row in rows if row.retired_at is None),
        key=lambda row: (row.signs_from, row.created_at, row.kid),
        reverse=True,
    )
    ends = (None, *(row.signs_from for row in ordered))
    return [Life(row, end) for row, end in zip(ordered, ends, strict=False)]
