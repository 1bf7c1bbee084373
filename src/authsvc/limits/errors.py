"""Refusals for having tried too often."""

from collections.abc import Mapping

from authsvc.core.errors import Problem


class TooManyAttempts(Problem):
    """Somebody has tried too often. One answer for every limit, and for accounts that are none."""

    status, slug, title = 429, "too-many-attempts", "Too many attempts"
    detail = "Too many attempts. Nothing was checked or changed."
    advice = (
        "Wait for the seconds named in `Retry-After`. Until then the right password is refused "
        "too. The answer is the same for every limit, and for accounts that do not exist."
    )
    # What an OAuth client takes as "later": RFC 6749 has no code of its own for this.
    oauth_code = "temporarily_unavailable"
    headers: Mapping[str, str] = {"Retry-After": "60"}

    @classmethod
    def until(cls, seconds: int) -> "TooManyAttempts":
        """Refuse for so many seconds."""
        return cls(headers={"Retry-After": str(seconds)})
