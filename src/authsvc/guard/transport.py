"""How tokens travel: read from the Authorization header or from cookies, and set as cookies.

Cookies are read from the raw header by exact name. The usual parsers keep the last of two cookies
with one name, strip quotes and spaces, and so can be talked into reading another site's value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from starlette.responses import Response
from starlette.types import Scope

from authsvc.guard.errors import AmbiguousCredentials


class Carrier(Enum):
    """Where an access token was found."""

    HEADER = "header"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Credential:
    """An access token as it was presented; not verified."""

    text: str = field(repr=False)
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class CookiePolicy:
    """The cookies' names and attributes, which follow from whether the public URL is https."""

    is_secure: bool

    @property
    def access_name(self) -> str:
        """Name of the cookie with the access token."""
        return self._prefix + "authsvc_access"

    @property
    def refresh_name(self) -> str:
        """Name of the cookie with the refresh token."""
        return self._prefix + "authsvc_refresh"

    @property
    def _prefix(self) -> str:
        # Browsers keep a `__Host-` cookie only if it is Secure, for this host and for Path=/:
        # no sibling domain can set it.
        return "__Host-" if self.is_secure else ""

    def attach(self, response: Response, access: str, refresh: str, lifetime: timedelta) -> None:
        """Set both cookies for the session's lifetime.

        The access cookie outlives its token, so that an expired token is told from none at all.
        """
        for name, value, same_site in self._attributes(access, refresh):
            response.headers.append(
                "Set-Cookie",
                f"{name}={value}; Path=/; Max-Age={int(lifetime.total_seconds())}; HttpOnly; "
                f"SameSite={same_site}{self._secure}",
            )

    def clear(self, response: Response) -> None:
        """Take both cookies back, with the attributes they were set with."""
        for name, _, same_site in self._attributes("", ""):
            response.headers.append(
                "Set-Cookie",
                f"{name}=; Path=/; Max-Age=0; HttpOnly; SameSite={same_site}{self._secure}",
            )

    @property
    def _secure(self) -> str:
        return "; Secure" if self.is_secure else ""

    def _attributes(self, access: str, refresh: str) -> Sequence[tuple[str, str, str]]:
        return (
            (self.access_name, access, "Lax"),
            (self.refresh_name, refresh, "Strict"),
        )


def read_access(scope: Scope, cookies: CookiePolicy) -> Credential | None:
    """Find the one access token of a request. An Authorization header decides alone.

    A header that is no bearer token at all is still the credential: it is refused, and the cookie
    is not asked.

    Raises:
        AmbiguousCredentials: If there are two of one kind.

    """
    headers = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(headers) > 1:
        raise AmbiguousCredentials
    if headers:
        scheme, _, token = headers[0].decode("latin-1").partition(" ")
        return Credential(token if scheme.lower() == "bearer" else "", Carrier.HEADER)
    value = read_cookie(scope, cookies.access_name)
    return None if value is None else Credential(value, Carrier.COOKIE)


def read_refresh(scope: Scope, cookies: CookiePolicy) -> str | None:
    """Return the refresh token from its cookie.

    Raises:
        AmbiguousCredentials: If the cookie is there twice.

    """
    return read_cookie(scope, cookies.refresh_name)


def read_cookie(scope: Scope, name: str) -> str | None:
    """Return the value of a cookie, byte for byte; None without the cookie, or if it is empty.

    Raises:
        AmbiguousCredentials: If there are two cookies of that name.

    """
    start = name.encode() + b"="
    found = [
        pair.removeprefix(b" ")[len(start) :]
        for key, line in scope["headers"]
        if key == b"cookie"
        for pair in line.split(b";")
        if pair.removeprefix(b" ").startswith(start)
    ]
    if len(found) > 1:
        raise AmbiguousCredentials
    return found[0].decode("latin-1") or None if found else None
