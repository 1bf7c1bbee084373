"""A proxy that nobody has listed is noticed once; single clients and health checks are not one."""

from collections.abc import Callable, Iterable
from ipaddress import ip_network

import pytest

from authsvc.core.address import ClientAddress
from authsvc.core.proxies import ProxyWatch

PROXY = "10.0.0.9"
Look = Callable[..., None]


def _watch(*trusted: str) -> Look:
    address = ClientAddress([ip_network(network) for network in trusted])
    watch = ProxyWatch(address)

    def look(peer: str, *forwarded: str, path: str = "/profile") -> None:
        headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
        scope = {"type": "http", "client": (peer, 50000), "headers": headers, "path": path}
        watch.look(scope, address.of(scope))

    return look


def _send(look: Look, requests: Iterable[tuple[str, ...]]) -> None:
    for request in requests:
        look(*request)


def _clients(number: int, peer: str = PROXY) -> list[tuple[str, ...]]:
    return [(peer, f"evil, 198.51.100.{n}") for n in range(number)]


def test_an_unlisted_proxy_is_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    look = _watch("192.0.2.0/24")
    _send(look, _clients(19))
    look("127.0.0.1", path="/health/ready")
    assert "proxy_not_trusted" not in capsys.readouterr().err
    _send(look, _clients(100))
    said = capsys.readouterr().err
    assert said.count("proxy_not_trusted") == 1
    assert PROXY in said
    assert "AUTHSVC_TRUSTED_PROXIES" in said


@pytest.mark.parametrize(
    "requests",
    (
        _clients(100, "192.0.2.7"),
        [(PROXY,)] * 100,
        [(PROXY, "198.51.100.1")] * 100,
        [*_clients(19), ("203.0.113.4",), *_clients(19)],
        [*_clients(19), *_clients(19, "10.0.0.8")],
    ),
    ids=("a listed proxy", "a client", "one client", "others come directly", "two of them"),
)
def test_nothing_else_is_taken_for_one(
    capsys: pytest.CaptureFixture[str], requests: list[tuple[str, ...]]
) -> None:
    _send(_watch("192.0.2.0/24"), requests)
    assert "proxy_not_trusted" not in capsys.readouterr().err
