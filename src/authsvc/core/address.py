"""Where a request comes from: one function, so that logs, sessions and limits agree."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import Scope

Network = IPv4Network | IPv6Network


class ClientAddress:
    """Finds the client's address behind proxies that are named, and believes nobody else."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        """Trust `X-Forwarded-For` only from peers within `trusted_proxies`."""
        self._trusted = tuple(trusted_proxies)

    def is_trusted(self, address: str) -> bool:
        """Tell whether an address is one of the named proxies'."""
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._trusted)

    def peer(self, scope: Scope) -> str:
        """Return the address of the other end of the connection, or "unknown" without one."""
        client = scope.get("client")
        return _canonical(client[0]) or "unknown" if client else "unknown"

    def of(self, scope: Scope) -> str:
        """Return the client's address in canonical form.

        Proxies append to `X-Forwarded-For`, so it is read from the right: the first address that
        is not a named proxy's is the client's. What stands to its left was written by the client.
        """
        address = self.peer(scope)
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


def _canonical(address: str) -> str | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        # Without the zone: it means something on one machine only, and is any text of any length.
        ip = ip.ipv4_mapped or IPv6Address(int(ip))
    return str(ip)
