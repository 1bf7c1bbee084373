"""Forgeries by shape: other serialisations, odd spellings of base64 and JSON, bombs."""

import json
import zlib
from collections.abc import Iterator

from attacks.forge import Case, Forge, encode
from authsvc.tokens.parser import MAX_LENGTH

# Characters that give a segment `-` and `_`, which plain base64 spells `+` and `/`.
_SPELT_TWO_WAYS = "???>>>~~~" * 3
_SPARE_BITS = dict(zip("AQgwEUk048", "BRhxFVl159", strict=True))


def a12_encrypted_or_packed(forge: Forge) -> Iterator[Case]:
    """Encrypted tokens (five segments), and costly work asked for by the header."""
    valid = forge.token()
    bomb = zlib.compress(bytes(2_000_000), 9, wbits=-15)
    for header in (
        {"alg": "dir", "enc": "A256GCM"},
        {"alg": "RSA1_5", "enc": "A128CBC-HS256", "zip": "DEF"},
        {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31, "p2s": "x"},
    ):
        name = header["alg"]
        whole = ".".join((encode(json.dumps(header).encode()), "", "AAAA", encode(bomb), "AAAA"))
        yield Case(f"{name}, five segments", whole, "segments")
        yield Case(f"{name}, three segments", forge.with_header(header), "header")
    yield Case("valid, and two more", f"{valid}.AAAA.AAAA", "segments")
    packed = forge.token(header={**forge.header, "zip": "DEF"}, payload=bomb)
    yield Case("a packed payload", packed, "header")
    yield Case("a packed payload, not said", forge.token(payload=bomb), "json")


def a13_other_serialisations(forge: Forge) -> Iterator[Case]:
    """JSON serialisations, other numbers of segments, and text around a valid token."""
    valid = forge.token()
    header, payload, signature = valid.split(".")
    one = {"protected": header, "signature": signature}
    flattened, general = {**one, "payload": payload}, {"payload": payload, "signatures": [one]}
    for form in (json.dumps(flattened), json.dumps(general), encode(json.dumps(general).encode())):
        yield Case(f"JSON: {form[:12]}", form, "segments")
    for parts in ([], [header], [header, payload], [*valid.split("."), "AAAA"], [""] * 5):
        yield Case(f"{len(parts)} segments", ".".join(parts), "segments")
    for parts in (["", payload, signature], [header, "", signature], [header, payload, ""]):
        empty = parts.index("")
        yield Case(f"segment {empty} is empty", ".".join(parts), "base64")
    yield Case("two dots", "..", "base64")
    yield Case("unsecured with a detached payload", f"{header}..{signature}", "base64")
    for before, after in ((" ", ""), ("", " "), ("", "\n"), ("\ufeff", ""), ('"', '"'), ("", "\0")):
        yield Case(f"within {before!r} {after!r}", f"{before}{valid}{after}", "base64")
    yield Case("its segments turned round", f"{signature}.{payload}.{header}", "json")


def a14_oversized(forge: Forge) -> Iterator[Case]:
    """Tokens longer than any of ours, refused before a character of them is decoded."""
    for length in (MAX_LENGTH + 1, 12_000, 2**20, 10 * 2**20):
        for filling in ("A", ".", "!", "="):
            yield Case(f"{length} times {filling}", filling * length, "too-long")
    yield Case("valid but for its length", padded_to(forge, MAX_LENGTH + 1), "too-long")
    yield Case("header over 1 KiB", forge.with_header({"kid": "k" * 1025}), "header-too-long")


def a15_malleable_base64(forge: Forge) -> Iterator[Case]:
    """Other spellings of the same bytes, in any segment of a valid token."""
    ambiguous = forge.token(
        header={**forge.header, "kid": _SPELT_TWO_WAYS},
        payload={**forge.claims, "scope": _SPELT_TWO_WAYS},
        signer=lambda _: b"\xfb\xff\xbf" * 32,
    )
    valid = forge.token()
    for index, segment in enumerate(valid.split(".")):
        for odd in (
            "=",
            "==",
            "!!",
            "\n",
            "\r\n",
            " ",
            "\0",
            "%3D",
            "\u00e9",
            "\uff21",
            "A====",
            "*",
        ):
            yield _respelt(valid, index, segment + odd, f"{odd!r} after")
            yield _respelt(valid, index, segment[:8] + odd + segment[8:], f"{odd!r} within")
        other = ambiguous.split(".")[index].replace("-", "+").replace("_", "/")
        yield _respelt(ambiguous, index, other, "plain base64")
    yield from _spare_bits(forge)


def a19_json_read_in_two_ways(forge: Forge) -> Iterator[Case]:
    """Doubled members above all: parsers differ in which of two they keep."""
    header, claims = json.dumps(forge.header).encode(), json.dumps(forge.claims).encode()
    for name, more in (
        ("two sub", b'"sub": "6a6f7b0e-0000-4000-8000-000000000000"'),
        ("two exp", b'"exp": 99999999999'),
        ("two sub, one escaped", b'"\\u0073ub": "6a6f7b0e-0000-4000-8000-000000000000"'),
        ("doubled within", b'"more": {"a": 1, "a": 1}'),
        ("NaN", b'"more": NaN'),
        ("Infinity", b'"more": -Infinity'),
        ("overflow", b'"more": 1e999'),
        ("a long integer", b'"more": ' + b"9" * 2000 + b"." + b"9" * 9 + b"e400"),
        ("lone surrogate", b'"more": "\\ud800"'),
        ("a comma at the end", b'"more": 1,'),
        ("nested nine deep", b'"more": ' + b"[" * 8 + b"]" * 8),
    ):
        yield Case(f"claims: {name}", forge.token(payload=claims[:-1] + b"," + more + b"}"), "json")
    for name, more in (
        ("two alg", b'"alg": "none"'),
        ("two alg, the same", b'"alg": "ES256"'),
        ("two kid", b'"kid": "x"'),
    ):
        yield Case(f"header: {name}", forge.token(header=header[:-1] + b"," + more + b"}"), "json")
    for name, document in _odd_documents(claims):
        yield Case(f"claims: {name}", forge.token(payload=document), "json")
        yield Case(f"header: {name}", forge.token(header=document), "json")


def padded_to(forge: Forge, length: int) -> str:
    """Return a token that is valid but for its length, which an unknown claim fills up."""
    header = json.dumps(forge.header).encode()
    # No segment's length leaves 1 when divided by 4: spaces in the header make every sum possible.
    for spaces in range(4):
        rest = length - len(forge.token(header=header + b" " * spaces))
        for size in range(rest * 3 // 4 - 30, rest * 3 // 4):
            filled = {**forge.claims, "filling": "x" * size}
            token = forge.token(header=header + b" " * spaces, payload=filled)
            if len(token) == length:
                return token
    raise AssertionError("no filling gives this length")


def _odd_documents(document: bytes) -> Iterator[tuple[str, bytes]]:
    text = document.decode()
    yield "byte-order mark", b"\xef\xbb\xbf" + document
    yield "UTF-16", text.encode("utf-16")
    yield "UTF-16 without mark", text.encode("utf-16-le")
    yield "not UTF-8", document[:-2] + b"\xff" + document[-2:]
    yield "an overlong slash", document[:-1] + b',"x":"\xc0\xaf"}'
    yield "something after it", document + b"{}"
    yield "single quotes", text.replace('"', "'").encode()
    yield "a comment", document[:-1] + b"/**/}"
    yield "cut off", document[:-1]
    for other in (b"[]", b"null", b"1", b'"x"', b"true", b" ", b"\x00", b"[" * 900):
        yield f"{other[:6]!r}", other


def _respelt(token: str, index: int, segment: str, how: str) -> Case:
    segments = token.split(".")
    segments[index] = segment
    return Case(f"segment {index}, {how}", ".".join(segments), "base64")


def _spare_bits(forge: Forge) -> Iterator[Case]:
    """Set the last bit of a segment's last character where that bit belongs to no byte."""
    for filling in ("", "x", "xx"):
        token = forge.with_claims({"filling": filling})
        for index, segment in enumerate(token.split(".")):
            if len(segment) % 4 and segment[-1] in _SPARE_BITS:
                other = segment[:-1] + _SPARE_BITS[segment[-1]]
                yield _respelt(token, index, other, f"spare bits, filled by {filling!r}")
