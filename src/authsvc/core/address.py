"""Where a request comes from: one function, so that logs, sessions and limits agree."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

Network = IPv4Network | IPv6Network

# Peers stay for many requests, and reading an address costs as much as everything else around it.
_MOST_PEERS = 4096


class ClientAddress:
    """Finds the client's address behind proxies that are named, and believes nobody else."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        """Trust `X-Forwarded-For` only from peers within `trusted_proxies`."""
        self._trusted = tuple(trusted_proxies)
        self._known_peer = lru_cache(_MOST_PEERS)(self._read_peer)

    def is_trusted(self, address: str) -> bool:
        """Tell whether an address is one of the named proxies'."""
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._trusted)

    def comes_from_proxy(self, scope: Scope) -> bool:
        """Tell whether the other end of the connection is one of the named proxies."""
        return self._peer(scope)[1]

    def of(self, scope: Scope) -> str:
        """Return the client's address in canonical form, or "unknown" without one.

        Proxies append to `X-Forwarded-For`, so it is read from the right: the first address that
        is not a named proxy's is the client's. What stands to its left was written by the client.
        """
        address, is_trusted = self._peer(scope)
        if not is_trusted:
            return address
        hops = [
            hop
            for name, value in scope["headers"]
            if name == b"x-forwarded-for"
            for hop in value.decode("latin-1").split(",")
        ]
        while hops and self.is_trusted(address):
            hop = _canonical(hops.pop().strip())
            if hop is None:
                break
            address = hop
        return address

    def _peer(self, scope: Scope) -> tuple[str, bool]:
        client = scope.get("client")
        return self._known_peer(client[0] if client else "")

    def _read_peer(self, text: str) -> tuple[str, bool]:
        address = _canonical(text) or "unknown"
        return address, self.is_trusted(address)


def _canonical(address: str) -> str | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        # Without the zone: it means something on one machine only, and is any text of any length.
        ip = ip.ipv4_mapped or IPv6Address(int(ip))
    return str(ip)
