"""Forgeries by header: the algorithm, the key, and the members that would choose either."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from attacks.forge import ALGORITHMS, GONE, Case, Forge
from attacks.signers import (
    always,
    another_key,
    odd_signers,
    public_forms,
    signers_of_other_algorithms,
)

_NONES = ("none", "None", "NONE", "nOnE", "n\u043ene", "", " none")
_NAMES = (
    *ALGORITHMS,
    *("es256", "Es256", "ES256 ", "ES384", "ES512", "ES256K", "RS384", "RS512", "PS256", "HS384"),
    *("HS512", "EdDSA", "dir", "RSA1_5", "A256KW", "PBES2-HS256+A128KW", "\x00", "ES256\x00"),
)
_URLS = (
    *("http://127.0.0.1:{port}/k", "https://127.0.0.1:{port}/k", "gopher://127.0.0.1:{port}/k"),
    *("ftp://127.0.0.1:{port}/k", "//127.0.0.1:{port}/k", "ldap://127.0.0.1:{port}/k"),
    *("file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "data:application/json,1"),
)
_KIDS = (
    *(
        "../../../../dev/null",
        "/dev/null",
        "file:///dev/null",
        "' UNION SELECT 'k'--",
        "' OR 1=1--",
    ),
    *('") OR ("1"="1', "http://x", "%00", "\x00", "", " ", "*", "%", "_", "0", "k" * 800, "\u2028"),
    *(
        "${jndi:ldap://x}",
        "`id`",
        "|id",
        "__proto__",
        "constructor",
        "None",
        "null",
        "\ud83d\ude00",
    ),
)
_MEMBERS: Mapping[str, object] = {
    "crit": ["exp"], "b64": False, "zip": "DEF", "enc": "A256GCM", "cty": "JWT", "x": 1, "": "x",
    "iss": "x", "epk": {}, "p2c": 2**31, "p2s": "x", "apu": "x", "url": "x", "nonce": "x",
    "x5c": ["MIIB"], "x5t": "x", "x5t#S256": "x", "Alg": "none", "KID": "x", "alg ": "none",
}  # fmt: skip
_NOT_STRINGS: Sequence[object] = (None, 0, 1.5, False, [], {}, ["none"], {"x": "x"})


def a01_no_algorithm(forge: Forge) -> Iterator[Case]:
    """`alg: none` in any spelling, unsigned or with the signature of a genuine token."""
    for name in _NONES:
        unsigned = forge.with_header({"alg": name}, always(b""))
        yield Case(f"{name!r}, empty signature", unsigned, "base64")
        yield Case(f"{name!r}, one byte", forge.with_header({"alg": name}, always(b"\0")), "alg")
        yield Case(f"{name!r}, genuine signature", forge.with_header({"alg": name}), "alg")
    yield Case("nothing but alg", forge.token(header={"alg": "none"}), "header")
    yield Case("no alg", forge.with_header({"alg": GONE}), "header")
    for value in (*_NOT_STRINGS, [forge.header["alg"]]):
        yield Case(f"alg is {value}", forge.with_header({"alg": value}), "header")


def a03_hmac_with_what_is_public(forge: Forge) -> Iterator[Case]:
    """A MAC under the public key, in every form in which a verifier might hold it."""
    own_name = "signature" if forge.header["alg"] == "HS256" else "alg"
    for form, secret in public_forms(forge):
        mac = partial(_mac, secret)
        named = forge.with_header({"alg": "HS256"}, mac)
        yield Case(f"HS256 under {form}", named, own_name)
        yield Case(f"a MAC under {form}, not said", forge.token(signer=mac), "signature")


def a05_swapped_algorithm(forge: Forge) -> Iterator[Case]:
    """The right key with another algorithm, said openly or not; and signatures out of range."""
    for name in _NAMES:
        if name != forge.header["alg"]:
            yield Case(f"{name!r} said", forge.with_header({"alg": name}), "alg")
    for name, signer in signers_of_other_algorithms(forge):
        yield Case(f"{name} said and done", forge.with_header({"alg": name}, signer), "alg")
        yield Case(f"{name} done, not said", forge.token(signer=signer), "signature")
    for form, signer in odd_signers(forge):
        yield Case(f"signature: {form}", forge.token(signer=signer), "signature")


def a06_embedded_key(forge: Forge) -> Iterator[Case]:
    """An attacker's key that travels in the token, under a known, an unknown and no key id."""
    attacker = another_key(forge)
    jwk = attacker.public_members
    for said, kid in (("known", forge.signing.kid), ("own", attacker.kid), ("no", GONE)):
        embedded = forge.with_header({"kid": kid, "jwk": jwk}, attacker.sign)
        yield Case(f"jwk, {said} kid", embedded, "header")
    genuine = forge.with_header({"jwk": jwk})
    yield Case("jwk beside a genuine signature", genuine, "header")
    yield Case("attacker's key, known kid", forge.token(signer=attacker.sign), "signature")
    unknown = forge.with_header({"kid": attacker.kid}, attacker.sign)
    yield Case("attacker's key, own kid", unknown, "kid")


def a07_fetched_key(forge: Forge, port: int = 9) -> Iterator[Case]:
    """URLs at which a verifier could fetch a key: as members, and as the key id."""
    for url in (template.format(port=port) for template in _URLS):
        for member in ("jku", "x5u"):
            yield Case(f"{member} {url}", forge.with_header({member: url}), "header")
        yield Case(f"kid {url}", forge.with_header({"kid": url}), "kid")


def a08_injected_kid(forge: Forge) -> Iterator[Case]:
    """Key ids that mean something to a file system, a database or a shell, or nearly fit."""
    known = forge.signing.kid
    for near in (known[:-1], known + "A", known.swapcase(), f" {known}", f"{known}\n", known + "="):
        yield Case(f"nearly: {near!r}", forge.with_header({"kid": near}), "kid")
    for kid in _KIDS:
        yield Case(f"{kid[:30]!r}", forge.with_header({"kid": kid}), "kid")
    for value in (*_NOT_STRINGS, [known], {"kid": known}, GONE):
        yield Case(f"of another type: {value}", forge.with_header({"kid": value}), "header")
    yield Case("1 KiB", forge.with_header({"kid": "k" * 1024}), "header-too-long")
    yield Case("10 kB", forge.with_header({"kid": "k" * 10_000}), "too-long")


def a10_critical_members(forge: Forge) -> Iterator[Case]:
    """Header members that change what a token means, under a genuine signature."""
    for name, value in _MEMBERS.items():
        yield Case(f"{name} = {value}", forge.with_header({name: value}), "header")
    for critical in (["x"], ["b64"], ["alg"], [], "x", None, [1]):
        members = {"crit": critical, "x": 1, "b64": False}
        yield Case(f"crit = {critical}", forge.with_header(members), "header")
    yield Case("b64 = true", forge.with_header({"crit": ["b64"], "b64": True}), "header")


def _mac(secret: bytes, message: bytes) -> bytes:
    return hmac.new(secret, message, hashlib.sha256).digest()
