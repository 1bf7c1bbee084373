"""E-mail addresses: one canonical form for each, and what is none."""

import pytest

from authsvc.users.email import canonical_email

CANONICAL = {
    "a@x.io": ("a@x.io", "A@x.io", " a@x.io ", "a@X.IO", "\ta@x.io\t", "A@X.Io"),
    "k@x.io": ("K@x.io",),
    "a+tag@x.io": ("A+Tag@x.io",),
    "a.b@x.io": ("a.b@x.io",),
    "a'b@x.io": ("a'b@x.io",),
    "a@xn--mnchen-3ya.de": (
        *("a@münchen.de", "a@MÜNCHEN.de", "a@mu\u0308nchen.de"),
        *("a@xn--mnchen-3ya.de", "a@XN--MNCHEN-3YA.DE", "A@Xn--Mnchen-3ya.de"),
    ),
    "a@example.com": ("a@\uff45xample.com", "a@example\u3002com", "a@EXAMPLE.COM"),
    "a@k.io": ("a@\u212a.io",),
    "a@xn--fa-hia.de": ("a@fa\u00df.de",),
    "a@x.test": ("a@x.test",),
    "x" * 64 + "@x.io": ("X" * 64 + "@x.io",),
    "a@" + "b" * 63 + ".io": ("a@" + "B" * 63 + ".io",),
}
LONG_HOST = ".".join(["b" * 61] * 4)
NONE = (
    *("", " ", "@", "a", "a@", "@x.io", "a@b", "a@localhost", "a@x.io.", "a@.x.io", "a@x..io"),
    *("a@@x.io", "a@b@x.io", "a b@x.io", "a..b@x.io", ".a@x.io", "a.@x.io", "a@-x.io", "a@x_y.io"),
    *("Ada <a@x.io>", "mailto:a@x.io", "a@x.io, b@x.io", "a@x.io b@x.io", "a@x.io;b@x.io"),
    *('"a b"@x.io', '"a"@x.io', "a(c)@x.io", "a@x.io(c)", "a@[127.0.0.1]", "a@[::1]", "a@1.2.3.4"),
    *("a%40x.io", "a%2540x.io", "a@x.io?subject=x", "a@x.io\nBcc: b@x.io", "a@x.io\r\nBcc: b@x.io"),
    *("\na@x.io", "a@x.io\n", "a\x00@x.io", "a@x.io\x00", "a\t@x.io", "\x1ba@x.io", "a\u2028@x.io"),
    *("\u00e9@x.io", "\uff41@x.io", "\u212a@x.io", "\u0430@x.io", "a\u200b@x.io", "\u00a0a@x.io"),
    *("a@x\u200b.io", "a@\u2603.net", "a@xn--n3h.net", "a@xn--a", "a@xn--.io", "a@x.local"),
    *("x" * 65 + "@x.io", "a@" + "b" * 64 + ".io", f"{'a' * 64}@{LONG_HOST}.io"),
)


@pytest.mark.parametrize("canonical", CANONICAL, ids=lambda text: text[:24])
def test_every_spelling_of_an_address_has_one_form(canonical: str) -> None:
    for spelling in CANONICAL[canonical]:
        assert canonical_email(spelling) == canonical, ascii(spelling)
    assert canonical_email(canonical) == canonical
    assert canonical.isascii()
    assert len(canonical) <= 254


def test_different_addresses_stay_different() -> None:
    assert len({canonical_email(text) for text in ("a@fa\u00df.de", "a@fass.de")}) == 2
    assert len({canonical_email(text) for text in ("a.b@x.io", "ab@x.io", "ab+c@x.io")}) == 3


@pytest.mark.parametrize("text", NONE, ids=lambda text: ascii(text)[:30])
def test_what_is_no_address_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(Not a valid e-mail address|The address is too long)$"):
        canonical_email(text)
