"""Where a request comes from: whom we believe, and in what form addresses are kept."""

from ipaddress import ip_network

import pytest

from authsvc.core.address import ClientAddress, Source

PROXIES = [ip_network(net) for net in ("10.0.0.0/8", "192.0.2.7/32", "2001:db8:1::/48")]


def _of(peer: str | None, *forwarded: str) -> str:
    lines = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    client = (peer, 50000) if peer is not None else None
    return ClientAddress(PROXIES).of({"type": "http", "client": client, "headers": lines})


@pytest.mark.parametrize(
    ("peer", "address"),
    (
        ("203.0.113.9", "203.0.113.9"),
        ("2001:DB8:0:0::0001", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:cb00:7109", "203.0.113.9"),
        ("::ffff:203.0.113.9%eth0", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("fe80::1%" + "x" * 300, "fe80::1"),
        ("localhost", "unknown"),
        ("/run/authsvc.sock", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ),
)
def test_the_peers_address_has_one_spelling(peer: str | None, address: str) -> None:
    assert _of(peer) == address


@pytest.mark.parametrize(
    "peer", ("203.0.113.9", "11.0.0.1", "192.0.2.8", "2001:db8:2::1", "unix", None)
)
def test_strangers_forward_for_nobody(peer: str | None) -> None:
    assert _of(peer, "198.51.100.1", "10.0.0.1") == _of(peer)


@pytest.mark.parametrize("proxy", ("10.1.2.3", "192.0.2.7", "2001:db8:1::5", "::ffff:10.1.2.3"))
def test_a_named_proxy_is_believed_once(proxy: str) -> None:
    assert _of(proxy, "198.51.100.1") == "198.51.100.1"
    assert _of(proxy, "198.51.100.1, 203.0.113.9") == "203.0.113.9"


@pytest.mark.parametrize(
    "lines",
    (
        ["198.51.100.1, 203.0.113.9, 10.0.0.2, 192.0.2.7"],
        ["198.51.100.1", "203.0.113.9", "10.0.0.2,192.0.2.7"],
        ["198.51.100.1, 203.0.113.9 , 10.0.0.2", "192.0.2.7"],
        ["10.0.0.9, 203.0.113.9,10.0.0.2,\t192.0.2.7"],
        ["garbage, 203.0.113.9, ::ffff:10.0.0.2"],
    ),
)
def test_the_right_most_address_that_is_no_proxys_counts(lines: list[str]) -> None:
    assert _of("10.1.2.3", *lines) == "203.0.113.9"


GARBAGE = (
    *("", " ", "unknown", "_hidden", "localhost", "' OR 1=1", "\xff\xfe"),
    *("203.0.113.9:4711", "203.0.113.999", "203.0.113.9\x00", "1.2.3", "0x7f.1", "2130706433"),
    *("[2001:db8::9]", "[2001:db8::9]:80", "2001:db8::9::1", "2001:db8::g"),
)


@pytest.mark.parametrize("hop", GARBAGE)
def test_past_garbage_nobody_looks(hop: str) -> None:
    assert _of("10.1.2.3", f"198.51.100.1, {hop}, 10.0.0.2") == "10.0.0.2"
    assert _of("10.1.2.3", f"198.51.100.1, {hop}") == "10.1.2.3"


def test_forwarded_addresses_get_the_same_spelling() -> None:
    assert _of("10.1.2.3", "2001:DB8:9:0::1") == "2001:db8:9::1"
    assert _of("10.1.2.3", "::ffff:203.0.113.9") == "203.0.113.9"
    assert _of("10.1.2.3", "fe80::1%" + "\x1b[2J" * 30) == "fe80::1"


def test_a_chain_of_proxies_only_ends_at_its_beginning() -> None:
    assert _of("10.1.2.3", "10.0.0.1, 10.0.0.2") == "10.0.0.1"


def test_whoever_is_unnamed_is_not_trusted() -> None:
    assert ClientAddress(PROXIES).is_trusted("10.9.9.9")
    assert not ClientAddress([]).is_trusted("127.0.0.1")
    assert not ClientAddress(PROXIES).is_trusted("unknown")


@pytest.mark.parametrize(
    ("address", "place", "network"),
    (
        ("203.0.113.9", "203.0.113.9/32", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("unknown", "unknown", "unknown"),
    ),
)
def test_limits_count_by_place_and_network(address: str, place: str, network: str) -> None:
    assert (Source(address).place, Source(address).network) == (place, network)
