"""What can go wrong with sessions, as facts for the services above."""


class UserGone(Exception):
    """The user was deleted while they were signing in."""
