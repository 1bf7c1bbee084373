"""A32: whatever is in the ring, the key set shows no member that signs, and each kid once."""

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.forge import ALGORITHMS, encode
from authsvc.keys.life import lives
from authsvc.keys.material import make_key, private_pem, thumbprint
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.opening import OpenedKey, open_material
from authsvc.keys.view import view
from authsvc.tokens.keyring import Algorithm
from keys.test_life import T0

PUBLIC = {"ES256": {"kty", "crv", "x", "y"}, "RS256": {"kty", "n", "e"}}
DAY = timedelta(days=1)
Seconds = st.integers(-3 * 86400, 3 * 86400)


@cache
def some_keys(alg: Algorithm) -> Sequence[OpenedKey]:
    """Make keys of every kind that an algorithm takes, each different."""
    if alg == "RS256":
        sizes = (2048, 2056, 3072)
        materials = [private_pem(rsa.generate_private_key(65537, size)) for size in sizes]
    else:
        materials = [make_key(alg) for _ in range(4)]
    if alg == "ES256":
        # A coordinate that begins with zeros is written at full length all the same.
        materials.append(private_pem(ec.derive_private_key(_short_coordinate(), ec.SECP256R1())))
    return [open_material(alg, material) for material in materials]


def _short_coordinate() -> int:
    value = secrets.randbits(255)
    while True:
        point = ec.derive_private_key(value, ec.SECP256R1()).public_key().public_numbers()
        if min(point.x, point.y).bit_length() <= 248:
            return value
        value += 1


def _secrets(key: OpenedKey) -> Iterator[str]:
    assert key.signing
    prepared = key.signing.key.prepared_key
    if isinstance(prepared, bytes):
        parts = [prepared]
    else:
        own = prepared.private_numbers()
        names = ("private_value",) if hasattr(own, "private_value") else (
            "d", "p", "q", "dmp1", "dmq1", "iqmp",
        )  # fmt: skip
        numbers = [getattr(own, name) for name in names]
        parts = [n.to_bytes((n.bit_length() + 7) // 8) for n in numbers]
    for part in parts:
        yield from (encode(part), part.hex(), str(int.from_bytes(part)))


@cache
def secrets_of(alg: Algorithm) -> Sequence[str]:
    """Return what is secret about those keys, in every usual spelling."""
    return [spelling for key in some_keys(alg) for spelling in _secrets(key)]


def _row(key: OpenedKey, alg: Algorithm, draw: st.DrawFn) -> SigningKeyRow:
    return SigningKeyRow(
        kid=key.kid,
        alg=alg,
        sealed_key="",
        created_at=T0 - 4 * DAY,
        signs_from=T0 + timedelta(seconds=draw(Seconds)),
        longest_ttl=draw(st.integers(1, 86400)),
        erased_at=draw(st.none() | st.just(T0)),
        retired_at=draw(st.none() | st.none() | st.just(T0 - DAY)),
    )


@st.composite
def rings(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a ring in any state, some of its keys unopened or only known by half."""
    alg = draw(st.sampled_from(ALGORITHMS))
    keys = draw(st.lists(st.sampled_from(some_keys(alg)), unique_by=lambda key: key.kid))
    rows = [_row(key, alg, draw) for key in keys]
    opened = {
        key.kid: key if draw(st.booleans()) else OpenedKey(key.verifying)
        for key in keys
        if draw(st.integers(0, 4))
    }
    own = draw(st.none() | st.sampled_from(some_keys(alg)))
    return {"alg": alg, "rows": rows, "opened": opened, "own": own}


@settings(max_examples=200, deadline=None)
@given(rings(), Seconds)
def test_a32_the_key_set_shows_public_members_only_and_each_kid_once(
    drawn: dict[str, Any], seconds: int
) -> None:
    alg, now = drawn["alg"], T0 + timedelta(seconds=seconds)
    keys = view(drawn["rows"], drawn["opened"], drawn["own"], now)
    if alg == "HS256":
        assert keys.public == []
    for jwk in keys.public:
        assert set(jwk) == PUBLIC[alg] | {"kid", "use", "alg"}
        assert (jwk["use"], jwk["alg"]) == ("sig", alg)
        assert jwk["kid"] == thumbprint(jwk)
        assert all(len(jwk[name]) == 43 for name in ("x", "y") if name in jwk)
    kids = [jwk["kid"] for jwk in keys.public]
    assert len(kids) == len(set(kids))
    text = json.dumps(keys.public)
    assert not [spelling for spelling in secrets_of(alg) if spelling in text]
    # What is shown is what is accepted, and what is over or retired is neither.
    gone = {life.kid for life in lives(drawn["rows"]) if life.state(now) == "gone"}
    gone |= {row.kid for row in drawn["rows"] if row.retired_at}
    accepted = {kid for kid, _ in keys.members}
    assert alg == "HS256" or accepted == set(kids)
    assert not accepted & gone - ({drawn["own"].kid} if drawn["own"] else set())
