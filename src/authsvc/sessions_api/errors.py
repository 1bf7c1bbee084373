"""Refusals about one's own sessions."""

from authsvc.core.errors import NotFound


class NoSuchSession(NotFound):
    """Not a live session of this user's: ended, somebody else's, or no session at all."""

    detail = "You have no live session with this id."
