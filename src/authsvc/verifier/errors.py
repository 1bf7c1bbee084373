"""Why a caller is not let in, in the words that authsvc itself uses for it.

The tree:

    Refused
    ├── AmbiguousCredentials
    ├── NotAuthenticated InvalidToken TokenExpired SessionEnded
    ├── InsufficientScope CrossSiteRequest
    └── Unavailable
"""

from collections.abc import Mapping
from typing import ClassVar

_INVALID = 'Bearer error="invalid_token"'


class Refused(Exception):
    """A refusal that knows its HTTP answer.

    Attributes:
        status: The HTTP status code.
        slug: The last segment of the problem's `type` (RFC 9457); clients branch on it.
        title: A short summary, the same each time.
        detail: A sentence for people. Never tells more about a token than the slug does.
        headers: Response headers that belong to the refusal.
    """

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]
    detail: ClassVar[str]
    headers: Mapping[str, str] = {}

    def __init__(self) -> None:
        """Refuse."""
        super().__init__(self.detail)


class AmbiguousCredentials(Refused):
    """The request carries two credentials of one kind."""

    status, slug, title = 400, "ambiguous-credentials", "Two credentials of one kind"
    detail = "The request carries one kind of credential twice, and it is unclear which counts."


class NotAuthenticated(Refused):
    """The request carries no credential at all."""

    status, slug, title = 401, "not-authenticated", "Not signed in"
    detail = "This needs a signed-in user, and the request carries no credential."
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class InvalidToken(Refused):
    """Something is wrong with the token itself. Which thing, only the log knows."""

    status, slug, title = 401, "invalid-token", "The token is not valid"
    detail = "This is not a token that this service has issued for this purpose."
    headers: Mapping[str, str] = {"WWW-Authenticate": _INVALID}


class TokenExpired(Refused):
    """The token is genuine and past its time."""

    status, slug, title = 401, "token-expired", "The token has expired"
    detail = "The access token was genuine and its time is over."
    headers: Mapping[str, str] = {
        "WWW-Authenticate": f'{_INVALID}, error_description="The access token expired"'
    }


class SessionEnded(Refused):
    """The token is genuine and in time, but its session is over."""

    status, slug, title = 401, "session-ended", "The session has ended"
    detail = "The session behind this token was ended, or its user may no longer sign in."
    headers: Mapping[str, str] = {
        "WWW-Authenticate": f'{_INVALID}, error_description="The session has ended"'
    }


class InsufficientScope(Refused):
    """The token is good, but not for this (RFC 6750 §3.1)."""

    status, slug, title = 403, "insufficient-scope", "The token is not good for this"
    detail = "The access token does not have a scope that this needs."

    def __init__(self, scope: str) -> None:
        """Name the scopes that are needed, with spaces between them."""
        super().__init__()
        self.headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}


class CrossSiteRequest(Refused):
    """A page of another site sent this with the user's cookies."""

    status, slug, title = 403, "cross-site-request", "Request from another site"
    detail = "This request was sent by a page of another origin. Nothing was read or changed."


class Unavailable(Refused):
    """There is nothing to verify with: what was last heard from authsvc is too old."""

    status, slug, title = 503, "unavailable", "Service unavailable"
    detail = "A part this service depends on does not answer. Nothing was changed."
    headers: Mapping[str, str] = {"Retry-After": "2"}
