"""Every problem has a page that says what it means, and nothing that was asked comes back."""

import pytest

from authsvc.core.errors import Problem
from guard.wire import ask, make_walls

KINDS = {kind.slug: kind for kind in Problem.kinds()}


@pytest.mark.parametrize("slug", KINDS)
async def test_every_problem_explains_itself(slug: str) -> None:
    answer = await ask(make_walls(), "GET", f"/problems/{slug}")
    assert answer.status == 200
    assert answer.one("content-type") == "text/html; charset=utf-8"
    html = answer.body.decode()
    assert f"<code>{KINDS[slug].status} {slug}</code>" in html
    assert KINDS[slug].advice
    assert "`" not in html
    assert "$" not in html


async def test_an_unknown_one_is_not_found_and_not_repeated() -> None:
    for slug in ("canary", "%3Cscript%3Ecanary", "canary'--", "canary%00", ""):
        answer = await ask(make_walls(), "GET", f"/problems/{slug}")
        assert (answer.status, answer.slug) == (404, "not-found")
        assert b"canary" not in answer.body
