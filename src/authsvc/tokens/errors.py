"""Why a token was refused. The reason is for logs: clients are told no more than that it was."""

from authsvc.tokens.claims import Claims


class InvalidToken(Exception):
    """Not a token of ours for this purpose.

    Attributes:
        reason: A short code, made of our own words only.
    """

    def __init__(self, reason: str) -> None:
        """Refuse for `reason`."""
        super().__init__(reason)
        self.reason = reason


class ExpiredToken(Exception):
    """Genuine in every respect, and past its `exp`.

    Attributes:
        claims: What it says: enough to end its session, never enough to act.
    """

    def __init__(self, claims: Claims) -> None:
        """Refuse, and keep what the token says."""
        super().__init__("expired")
        self.claims = claims
