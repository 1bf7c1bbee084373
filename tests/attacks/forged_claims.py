"""Forgeries by claims, all under a genuine signature: time, issuer, audience, type, shape."""

from collections.abc import Iterable, Iterator, Sequence

from attacks.forge import GONE, ISSUER, Case, Forge

_SKEW = 30
_LONGEST = 24 * 60 * 60
_NOT_SECONDS: Sequence[object] = (None, "1", "", 1.5, True, [], {}, [1], {"value": 1}, -1, 1e15)
_NOT_ISSUERS: Sequence[object] = (None, "", 1, [ISSUER], {"iss": ISSUER}, "x" * 513)
_NOT_AUDIENCES: Sequence[object] = (
    *(None, "", 1, [], [["authsvc"]], [1], ["authsvc", None], {"authsvc": 1}, ["authsvc"] * 17),
)
_NOT_IDS: Sequence[object] = (None, 1, "", "ada@example.com", [], {}, "' OR 1=1--", "\0")
_NOT_TEXTS: Sequence[object] = (None, 1, ["profile"], {"scope": "profile"}, "x" * 513)
_NOT_METHODS: Sequence[object] = (None, "pwd", [1], [None], ["pwd"] * 17, {"pwd": 1})
_TYPES = (
    *("JWT", "jwt", "at", "at+jwts", "at jwt", "rt+jwt", "id+jwt", "reset+jwt", "verify+jwt", ""),
    *("csrf+jwt", "application/jwt", "application/application/at+jwt", "text/at+jwt", " at+jwt"),
    *("at+jwt ", "at+jwt; charset=utf-8", "application/", "\uff41t+jwt"),
)


def a20_expiry(forge: Forge) -> Iterator[Case]:
    """An `exp` that is missing, of another type, or further off than any of ours."""
    for name in forge.claims:
        yield Case(f"no {name}", forge.with_claims({name: GONE}), "claims")
    for name in ("exp", "iat", "auth_time", "nbf"):
        wrong = [value for value in _NOT_SECONDS if (name, value) != ("nbf", None)]
        yield from _claims(forge, name, wrong)
    now = int(forge.now.timestamp())
    for name, lifetime in (
        ("a second over the longest", _LONGEST + 1),
        ("100 years", 100 * 365 * _LONGEST),
        ("10^300", 10**300),
        ("none", 0),
        ("negative", -1),
    ):
        far = forge.with_claims({"exp": now + lifetime})
        yield Case(f"lifetime: {name}", far, "lifetime")
    yield Case("exp = 0", forge.with_claims({"exp": 0}), "lifetime")
    yield Case("exp = iat = 0", forge.with_claims({"exp": 0, "iat": 0}), "lifetime")
    long_past = {"exp": now - 1, "iat": now - _LONGEST - 2}
    yield Case("past, and too long a life", forge.with_claims(long_past), "lifetime")


def a22_not_yet(forge: Forge) -> Iterator[Case]:
    """Tokens from the future, by whichever claim says so."""
    now = int(forge.now.timestamp())
    for ahead in (_SKEW + 1, _SKEW + 5, 3600, 10**12):
        for name in ("nbf", "auth_time"):
            yield Case(f"{name} +{ahead}", forge.with_claims({name: now + ahead}), "not-yet")
        future = {"iat": now + ahead, "exp": now + ahead + 60}
        yield Case(f"iat +{ahead}", forge.with_claims(future), "not-yet")


def a23_issuer_audience_type(forge: Forge) -> Iterator[Case]:
    """Tokens of another issuer, for another audience, or of another type."""
    for issuer in (f"{ISSUER}/", ISSUER.upper(), ISSUER[:-1], f"{ISSUER}0", "http://staging", "x"):
        yield Case(f"iss {issuer}", forge.with_claims({"iss": issuer}), "iss")
    yield from _claims(forge, "iss", _NOT_ISSUERS)
    for audience in ("auth", "authsvc2", "AUTHSVC", " authsvc", "authsvc other", "*", "billing"):
        yield Case(f"aud {audience!r}", forge.with_claims({"aud": audience}), "aud")
        yield Case(f"aud [{audience!r}]", forge.with_claims({"aud": [audience, "x"]}), "aud")
    yield from _claims(forge, "aud", _NOT_AUDIENCES)
    for typ in _TYPES:
        yield Case(f"typ {typ!r}", forge.with_header({"typ": typ}), "typ")
    for value in (None, ["at+jwt"], GONE):
        yield Case(f"typ {value}", forge.with_header({"typ": value}), "header")


def a23_subject_and_shape(forge: Forge) -> Iterator[Case]:
    """Ids in other spellings or of other types, and lists longer than any of ours."""
    for name in ("sub", "sid"):
        own = str(forge.claims[name])
        others = (own.upper(), f"{{{own}}}", f"urn:uuid:{own}", own.replace("-", ""), f" {own}")
        yield from _claims(forge, name, (*_NOT_IDS, *others, own[:-1], [own]))
    for name in ("jti", "client_id", "scope"):
        yield from _claims(forge, name, _NOT_TEXTS)
    yield from _claims(forge, "amr", _NOT_METHODS)


def _claims(forge: Forge, name: str, values: Iterable[object]) -> Iterator[Case]:
    for value in values:
        yield Case(f"{name} = {str(value)[:40]!r}", forge.with_claims({name: value}), "claims")
