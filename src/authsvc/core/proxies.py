"""Notices a proxy that nobody has listed: all clients would share its address, and its limits."""

import structlog
from starlette.types import Scope

from authsvc.core.address import ClientAddress, forwarded_for

_log = structlog.get_logger(__name__)

# So many requests in a row, for two clients at least, are no accident.
_ENOUGH = 20
_HEALTH = "/health/"
UNLISTED = (
    "every request comes from this address and names other clients in X-Forwarded-For; "
    "if it is your proxy, list it in AUTHSVC_TRUSTED_PROXIES"
)


class ProxyWatch:
    """Looks at every request until it has found one, and says so once."""

    def __init__(self, address: ClientAddress) -> None:
        """Leave out the proxies that `address` trusts."""
        self._address = address
        self._is_done = False
        self._peer = ""
        self._count = 0
        self._clients: set[str] = set()

    def look(self, scope: Scope, address: str) -> None:
        """Take one request into account, from `address` as far as anybody is believed."""
        # Health checks come from beside the proxy.
        if self._is_done or scope["path"].startswith(_HEALTH):
            return
        hops = [] if self._address.comes_from_proxy(scope) else [*forwarded_for(scope)]
        peer = address if hops else ""
        if peer != self._peer:
            self._peer, self._count = peer, 0
            self._clients.clear()
        if not peer:
            return
        self._count += 1
        if len(self._clients) < 2:  # noqa: PLR2004
            self._clients.add(hops[-1].strip())
        if self._count >= _ENOUGH and len(self._clients) > 1:
            self._is_done = True
            _log.warning("proxy_not_trusted", address=peer, reason=UNLISTED)
