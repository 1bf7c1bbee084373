"""Other services find the token of a request exactly where authsvc itself finds it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from authsvc.guard.errors import AmbiguousCredentials
from authsvc.guard.transport import CookiePolicy, read_access
from authsvc.verifier import errors
from authsvc.verifier.presented import read_token

NAME = b"__Host-authsvc_access"
PAIRS = st.builds(
    lambda before, name, after: before + name + after,
    st.sampled_from((b"", b" ", b"  ", b"\t", b"x", b'"')),
    st.sampled_from((NAME, NAME.lower(), NAME + b"x", b"authsvc_access", b"")),
    st.sampled_from((b"=a", b"=", b"", b"==", b'="a"', b" =a", b"=a b", b"=\xff")),
)
LINES = st.lists(PAIRS, max_size=3).map(b";".join)
AUTHORIZATIONS = st.sampled_from(
    (b"Bearer a", b"bearer a", b"Bearer  a", b"Bearer", b"", b"Basic a", b"\xff", b"Bearer\ta")
)
HEADERS = st.tuples(
    st.lists(st.tuples(st.just(b"cookie"), LINES), max_size=2),
    st.lists(st.tuples(st.just(b"authorization"), AUTHORIZATIONS), max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(HEADERS)
def test_both_read_the_same_out_of_any_headers(
    headers: tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]],
) -> None:
    scope = {"type": "http", "method": "GET", "headers": [*headers[0], *headers[1]]}
    try:
        credential = read_access(scope, CookiePolicy(is_secure=True))
        theirs = "none" if credential is None else f"token {credential.text}"
    except AmbiguousCredentials:
        theirs = "ambiguous"
    try:
        ours = f"token {read_token(scope, 'https://auth.example.com', ())}"
    except errors.NotAuthenticated:
        ours = "none"
    except errors.AmbiguousCredentials:
        ours = "ambiguous"
    assert ours == theirs
