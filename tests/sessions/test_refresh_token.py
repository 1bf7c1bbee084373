"""Refresh tokens: derived from a row and a secret, so that neither alone can make one."""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks.changes import bit_flips, changed_texts
from authsvc.core.secrets import ApplicationSecret
from authsvc.sessions.models import Session
from authsvc.sessions.refresh_token import RefreshTokens
from factories import SECRET

OTHER_SECRET = "another secret of enough characters"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ID = UUID("c1d9a0c4-9a0b-4a3a-b7c5-2f0d8c6e1b42")
FORM_LIKE = st.from_regex(re.compile(r"r1\.\w{32}\.\w{1,9}\.[\w-]{43}", re.ASCII), fullmatch=True)
PROOF = "q" * 42 + "A"
HEX = ID.hex


def make_tokens(current: str = SECRET, previous: str | None = None) -> RefreshTokens:
    return RefreshTokens(ApplicationSecret(current, previous))


def make_session(**changes: object) -> Session:
    values: dict[str, object] = {
        "id": ID,
        "user_id": uuid4(),
        "salt": b"\x07" * 32,
        "scope": "profile",
        "ip": "127.0.0.1",
        "user_agent": "",
        "created_at": NOW,
        "rotated_at": NOW,
        "access_expires_at": NOW + timedelta(minutes=15),
        "last_used_at": NOW,
        "expires_at": NOW + timedelta(days=7),
        "absolute_expires_at": NOW + timedelta(days=30),
    }
    return Session.model_validate({**values, **changes})


def is_genuine(tokens: RefreshTokens, text: str, session: Session) -> bool:
    token = tokens.read(text)
    return token is not None and tokens.is_genuine(token, session)


@pytest.mark.parametrize("generation", (0, 1, 9, 10, 999_999_999))
def test_a_derived_token_is_recognised(generation: int) -> None:
    tokens, session = make_tokens(), make_session(generation=generation)
    text = tokens.derive(session)
    token = tokens.read(text)
    assert token
    assert (token.session_id, token.generation) == (ID, generation)
    assert is_genuine(make_tokens(), text, session)
    assert text == tokens.derive(session)


def test_a_token_of_another_generation_is_ours_but_says_which() -> None:
    tokens, session = make_tokens(), make_session(generation=3)
    earlier = tokens.derive(make_session(generation=2))
    token = tokens.read(earlier)
    assert token
    assert tokens.is_genuine(token, session)
    assert (token.generation, session.generation) == (2, 3)


@pytest.mark.parametrize(
    "changes", ({"salt": b"\x08" * 32}, {"salt": b""}, {"id": uuid4()}), ids=("salt", "none", "id")
)
def test_a_token_of_another_session_is_not_genuine(changes: dict[str, object]) -> None:
    tokens = make_tokens()
    text = tokens.derive(make_session())
    assert not is_genuine(tokens, text, make_session(**changes))
    foreign = tokens.derive(make_session(**changes)).rsplit(".", 1)[1]
    assert not is_genuine(tokens, f"r1.{HEX}.0.{foreign}", make_session())


def test_a_proof_of_one_generation_is_no_proof_of_another() -> None:
    tokens = make_tokens()
    version, session_id, _, proof = tokens.derive(make_session()).split(".")
    for generation in (1, 2, 10, 256, 999_999_999):
        text = f"{version}.{session_id}.{generation}.{proof}"
        assert not is_genuine(tokens, text, make_session(generation=generation))


def test_the_previous_secret_is_still_good_and_never_used_anew() -> None:
    session, old = make_session(), make_tokens(OTHER_SECRET)
    changing = make_tokens(SECRET, OTHER_SECRET)
    assert is_genuine(changing, old.derive(session), session)
    assert not is_genuine(make_tokens(), old.derive(session), session)
    assert changing.derive(session) == make_tokens().derive(session)


def test_every_change_in_a_token_is_seen() -> None:
    tokens, session = make_tokens(), make_session(generation=12)
    text = tokens.derive(session)
    for changed in {*bit_flips(text), *changed_texts(text)} - {text}:
        assert not is_genuine(tokens, changed, session), changed


@pytest.mark.parametrize(
    "text",
    (
        *(
            "",
            "r1",
            "r1...",
            f"r1.{HEX}.0",
            f"r1.{HEX}.0.",
            f".{HEX}.0.{PROOF}",
            f"{HEX}.0.{PROOF}",
        ),
        *(
            f"R1.{HEX}.0.{PROOF}",
            f"r2.{HEX}.0.{PROOF}",
            f"r1.{HEX}.0.{PROOF}.",
            f"r1,{HEX},0,{PROOF}",
        ),
        *(f"r1.{HEX.upper()}.0.{PROOF}", f"r1.{ID}.0.{PROOF}", f"r1.{HEX[1:]}.0.{PROOF}"),
        *(f"r1.{HEX}a.0.{PROOF}", f"r1.{HEX[:-1]}g.0.{PROOF}", f"r1.{HEX[:-1]}\u0661.0.{PROOF}"),
        *(
            f"r1.{HEX}.00.{PROOF}",
            f"r1.{HEX}.01.{PROOF}",
            f"r1.{HEX}.-1.{PROOF}",
            f"r1.{HEX}..{PROOF}",
        ),
        *(f"r1.{HEX}.+1.{PROOF}", f"r1.{HEX}.1_0.{PROOF}", f"r1.{HEX}. 1.{PROOF}"),
        *(
            f"r1.{HEX}.1000000000.{PROOF}",
            f"r1.{HEX}.{'9' * 5000}.{PROOF}",
            f"r1.{HEX}.1e1.{PROOF}",
        ),
        *(f"r1.{HEX}.\u0661.{PROOF}", f"r1.{HEX}.\u00b2.{PROOF}", f"r1.{HEX}.\uff11.{PROOF}"),
        *(f"r1.{HEX}.0.{PROOF}=", f"r1.{HEX}.0.{PROOF[1:]}", f"r1.{HEX}.0.A{PROOF}"),
        *(
            f"r1.{HEX}.0.{PROOF[:-1]}+",
            f"r1.{HEX}.0.{PROOF[:-1]}\uff21",
            f"r1.{HEX}.0.{PROOF[:-1]}/",
        ),
        *(f"r1.{HEX}.0.{PROOF}\n", f"\nr1.{HEX}.0.{PROOF}", f" r1.{HEX}.0.{PROOF}", "\0"),
        f"r1.{HEX}.0.{PROOF}" * 2,
    ),
)
def test_another_form_is_no_refresh_token_at_all(text: str) -> None:
    assert make_tokens().read(f"r1.{HEX}.0.{PROOF}")
    assert make_tokens().read(text) is None


@settings(max_examples=100, deadline=None)
@given(st.text() | FORM_LIKE)
def test_any_text_is_read_or_not_and_is_never_genuine(text: str) -> None:
    assert not is_genuine(make_tokens(), text, make_session())


def test_a_stolen_row_does_not_make_a_token() -> None:
    session = make_session()
    message = session.id.bytes + session.salt + session.generation.to_bytes(8)
    for key in (b"", session.salt, session.id.bytes, bytes(32), b"refresh-token/1", message):
        for digest in (
            hmac.new(key, message, hashlib.sha256).digest(),
            hashlib.sha256(key + message).digest(),
        ):
            proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            assert not is_genuine(make_tokens(), f"r1.{HEX}.0.{proof}", session)


def test_nothing_of_the_secret_or_the_salt_is_in_the_token() -> None:
    session = make_session(salt=b"salt of thirty-two bytes exactly")
    text = make_tokens().derive(session)
    assert text.startswith(f"r1.{HEX}.0.")
    assert "salt" not in text
    assert SECRET[:8] not in text
    assert session.salt.decode() not in repr(session)
