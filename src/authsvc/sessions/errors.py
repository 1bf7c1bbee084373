"""What can go wrong with sessions, as facts for the services and doors above."""


class UserGone(Exception):
    """The user was deleted while they were signing in."""


class UnknownRefreshToken(Exception):
    """Not a refresh token that was made here. No session is touched by it."""


class SessionOver(Exception):
    """The refresh token is genuine, and its session has ended or expired."""


class RefreshTokenReused(SessionOver):
    """The refresh token was exchanged before: somebody has a copy. The session has been ended.

    Whoever turns this into an answer must have the transaction's writes kept.
    """
