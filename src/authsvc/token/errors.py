"""Refusals of the token endpoint (RFC 6749 §5.2)."""

from authsvc.core.oauth import OAuthRefusal


class InvalidGrant(OAuthRefusal):
    """The password is wrong: the same words as everywhere."""

    oauth_code, title = "invalid_grant", "Invalid credentials"
    detail = "Invalid credentials"


class InvalidRefreshToken(InvalidGrant):
    """The refresh token cannot be exchanged."""

    title = "The refresh token cannot be exchanged"
    detail = "The refresh token is not valid, or its session has ended."


class ReusedRefreshToken(InvalidRefreshToken):
    """The same answer, where the request itself is why: the token had been used before."""

    keeps_writes = True


class UnsupportedGrantType(OAuthRefusal):
    """A way of getting tokens that is not offered here."""

    oauth_code, title = "unsupported_grant_type", "Unsupported grant type"
    detail = "This grant type is not offered."


class InvalidScope(OAuthRefusal):
    """A scope that nobody can be given here."""

    oauth_code, title = "invalid_scope", "Invalid scope"
    detail = "At least one of the scopes is unknown or malformed."
