"""Finds the one access token of a request: in the Authorization header, or in authsvc's cookie.

The same reading as authsvc's own: by exact name, from the raw headers, nothing unquoted.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from authsvc.verifier.errors import AmbiguousCredentials, CrossSiteRequest, NotAuthenticated

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OUR_SITES = (["same-origin"], ["none"])


def cookie_name(issuer: str) -> str:
    """Return the name of the access token's cookie."""
    prefix = "__Host-" if issuer.startswith("https:") else ""
    return f"{prefix}authsvc_access"


def read_token(scope: Mapping[str, Any], issuer: str, origins: Collection[str] | None) -> str:
    """Return the token of a request. An Authorization header decides alone.

    Args:
        scope: The request's ASGI scope.
        issuer: The issuer, which decides on the cookie's name.
        origins: Whose pages may send unsafe requests with the cookie; None: the cookie is ignored.

    Raises:
        NotAuthenticated: If there is none.
        AmbiguousCredentials: If there are two of one kind.
        CrossSiteRequest: If it is a cookie, and a page of another site may have sent it along.

    """
    headers = _values(scope, b"authorization")
    if len(headers) > 1:
        raise AmbiguousCredentials
    if headers:
        scheme, _, token = headers[0].partition(" ")
        return token if scheme.lower() == "bearer" else ""
    if origins is None:
        raise NotAuthenticated
    found = list(_cookies(scope, cookie_name(issuer)))
    if len(found) > 1:
        raise AmbiguousCredentials
    if not found or not found[0]:
        raise NotAuthenticated
    # A websocket has no method, and browsers open one to any site, with cookies.
    if scope.get("method") not in _SAFE_METHODS and not _is_ours(scope, origins):
        raise CrossSiteRequest
    return found[0]


def _is_ours(scope: Mapping[str, Any], origins: Collection[str]) -> bool:
    site, origin = _values(scope, b"sec-fetch-site"), _values(scope, b"origin")
    if site in _OUR_SITES or not (site or origin):
        return True
    return len(origin) == 1 and origin[0] in origins


def _cookies(scope: Mapping[str, Any], name: str) -> Iterable[str]:
    for line in _values(scope, b"cookie"):
        for pair in line.split(";"):
            key, separator, value = pair.removeprefix(" ").partition("=")
            if separator and key == name:
                yield value


def _values(scope: Mapping[str, Any], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]
