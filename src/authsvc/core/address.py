"""Where a request comes from: one function, so that logs, sessions and limits agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Network = IPv4Network | IPv6Network

# Peers stay for many requests, and reading an address costs as much as everything else around it.
_MOST_PEERS = 4096


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request comes from, at the two sizes in which limits count.

    Attributes:
        address: In canonical form, or "unknown": whoever has none shares one.
    """

    address: str

    @property
    def place(self) -> str:
        """The address; of IPv6 its /64, as one customer has at least that many."""
        return self._within(32, 64)

    @property
    def network(self) -> str:
        """The neighbourhood: the /24, of IPv6 the /48."""
        return self._within(24, 48)

    def _within(self, ipv4_bits: int, ipv6_bits: int) -> str:
        try:
            bits = ipv6_bits if ip_address(self.address).version == 6 else ipv4_bits  # noqa: PLR2004
        except ValueError:
            return self.address
        return str(ip_network(f"{self.address}/{bits}", strict=False))


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
        hops = forwarded_for(scope)
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


def forwarded_for(scope: Scope) -> list[str]:
    """Return every entry of `X-Forwarded-For`, the one that was added last at the end."""
    return [
        hop
        for name, value in scope["headers"]
        if name == b"x-forwarded-for"
        for hop in value.decode("latin-1").split(",")
    ]


def _canonical(address: str) -> str | None:
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address):
        # Without the zone: it means something on one machine only, and is any text of any length.
        ip = ip.ipv4_mapped or IPv6Address(int(ip))
    return str(ip)
