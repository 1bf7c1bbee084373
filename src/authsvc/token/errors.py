"""Refusals of the token endpoint (RFC 6749 §5.2)."""

from authsvc.core.oauth import OAuthRefusal


class InvalidGrant(OAuthRefusal):
    """The password is wrong: the same words as everywhere."""

    code, title = "invalid_grant", "Invalid credentials"
    detail = "Invalid credentials"


class UnsupportedGrantType(OAuthRefusal):
    """A way of getting tokens that is not offered here."""

    code, title = "unsupported_grant_type", "Unsupported grant type"
    detail = "This grant type is not offered."


class InvalidScope(OAuthRefusal):
    """A scope that nobody can be given here."""

    code, title = "invalid_scope", "Invalid scope"
    detail = "At least one of the scopes is unknown or malformed."
