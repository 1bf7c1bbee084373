"""Refusals of the guard: each tells a different thing to do next."""

from collections.abc import Mapping

from authsvc.core.errors import Problem

_INVALID = 'Bearer error="invalid_token"'


class NotAuthenticated(Problem):
    """The request carries no credential at all."""

    status, slug, title = 401, "not-authenticated", "Not signed in"
    detail = "This needs a signed-in user, and the request carries no credential."
    advice = "Sign in (`POST /auth/login`), or send `Authorization: Bearer` with an access token."
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


class TokenInvalid(Problem):
    """Something is wrong with the token. Which thing, only the log knows."""

    status, slug, title = 401, "invalid-token", "The token is not valid"
    detail = "This is not a token that this service has issued for this purpose."
    advice = (
        "The token was changed, made elsewhere, or meant for something else. The answer is the "
        "same whatever the cause. Sign in again to get a new one."
    )
    headers: Mapping[str, str] = {"WWW-Authenticate": _INVALID}


class TokenExpired(Problem):
    """The token is genuine and past its time."""

    status, slug, title = 401, "token-expired", "The token has expired"
    detail = "The access token was genuine and its time is over."
    advice = "Refresh it, or sign in again."
    headers: Mapping[str, str] = {
        "WWW-Authenticate": f'{_INVALID}, error_description="The access token expired"'
    }


class SessionEnded(Problem):
    """The token is genuine and in time, but its session is over."""

    status, slug, title = 401, "session-ended", "The session has ended"
    detail = "The session behind this token was ended, or its user may no longer sign in."
    advice = (
        "Somebody logged out, ended the session from another device, or the account was disabled "
        "or deleted. Sign in again."
    )
    headers: Mapping[str, str] = {
        "WWW-Authenticate": f'{_INVALID}, error_description="The session has ended"'
    }


class SessionEndedByReuse(SessionEnded):
    """The same answer, where the request itself is why: its refresh token had been used before."""

    keeps_writes = True


class InvalidClient(Problem):
    """The credentials of a client (another service) are missing or wrong."""

    status, slug, title = 401, "invalid-client", "Unknown client"
    oauth_code = "invalid_client"
    detail = "This needs the credentials of a registered client, and these are none."
    advice = (
        "Send `Authorization: Basic` with a name and secret that the operator has listed in "
        "AUTHSVC_CLIENTS."
    )
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Basic realm="authsvc"'}


class AmbiguousCredentials(Problem):
    """The request carries two credentials of one kind."""

    status, slug, title = 400, "ambiguous-credentials", "Two credentials of one kind"
    detail = "The request carries one kind of credential twice, and it is unclear which counts."
    advice = (
        "Send one `Authorization` header, and each cookie once. A doubled cookie can be the work "
        "of another site under the same domain: clear the cookies of this host."
    )


class CrossSiteRequest(Problem):
    """A page of another site sent this with the user's cookies, or tried to sign them in."""

    status, slug, title = 403, "cross-site-request", "Request from another site"
    detail = "This request was sent by a page of another origin. Nothing was read or changed."
    advice = (
        "Requests that rely on cookies must come from this origin, or from one that the operator "
        "lists in AUTHSVC_ALLOWED_ORIGINS. API clients send a bearer token and no cookies."
    )


class InsufficientScope(Problem):
    """The token is good, but not for this (RFC 6750 §3.1).

    Nothing here asks for more than being signed in. Other services do, by `authsvc.verifier`, and
    whoever meets their refusal finds its page here.
    """

    status, slug, title = 403, "insufficient-scope", "The token is not good for this"
    detail = "The access token does not have a scope that this needs."
    advice = (
        "Another service refused this. `WWW-Authenticate` names the scopes that it needs; sign in "
        "for them, or ask its operator."
    )
