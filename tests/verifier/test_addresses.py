"""Which addresses a verifier asks: over https, or on this very machine."""

from typing import Any

import pytest

from attacks.forge import ISSUER
from authsvc.verifier import Verifier

CLIENT = ("billing", "canary-7Rv")


@pytest.mark.parametrize(
    ("issuer", "given"),
    (
        ("https://auth.example.com", {}),
        ("http://localhost:8000", {}),
        ("http://127.0.0.1:8000", {}),
        ("http://[::1]:8000", {}),
        ("http://authsvc:8000", {"allow_http": True}),
        ("https://auth.example.com", {"jwks_url": "https://10.0.0.1/keys?of=us"}),
    ),
)
def test_it_asks_over_https_or_on_this_machine(issuer: str, given: dict[str, Any]) -> None:
    assert Verifier(issuer, **given).issuer == issuer


@pytest.mark.parametrize(
    ("issuer", "given"),
    (
        ("http://auth.example.com", {}),
        ("http://127.0.0.1.example.com", {}),
        ("http://localhost.example.com", {}),
        ("ftp://auth.example.com", {"allow_http": True}),
        ("auth.example.com", {}),
        ("", {}),
        ("https://", {}),
        ("https://name:canary-7rv@auth.example.com", {}),
        (ISSUER, {"jwks_url": "https://canary@auth.example.com/keys"}),
        (ISSUER, {"jwks_url": "https://auth.example.com/keys#canary"}),
        ("https://auth.example.com/", {}),
        ("https://auth.example.com/path", {}),
        ("https://Auth.example.com", {}),
        (ISSUER, {"jwks_url": "http://auth.example.com/keys"}),
        (ISSUER, {"client": CLIENT, "revocations_url": "http://auth.example.com/feed"}),
        (ISSUER, {"audience": ""}),
        (ISSUER, {"client": ("billing", "")}),
    ),
)
def test_it_asks_nobody_else(issuer: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"address|issuer|empty") as refused:
        Verifier(issuer, **given)
    assert "canary" not in str(refused.value)


def test_it_does_not_show_its_secret() -> None:
    verifier = Verifier(ISSUER, client=CLIENT)
    assert CLIENT[1] not in f"{verifier!r} {verifier.state!r} {vars(verifier)!r}"
