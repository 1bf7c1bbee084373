"""Every row of the catalogue's token group against the parser: each forgery, its own reason."""

import pytest

from attacks.forge import ALGORITHMS, Forge, Row, make_forge
from attacks.rows import ROWS
from authsvc.tokens.keyring import Algorithm


@pytest.fixture(params=ALGORITHMS)
def forge(request: pytest.FixtureRequest) -> Forge:
    alg: Algorithm = request.param
    return make_forge(alg)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_each_forgery_is_refused_for_its_own_reason(row: Row, forge: Forge) -> None:
    cases = list(row(forge))
    reasons = {case.name: case.reason for case in cases}
    assert len(reasons) == len(cases), "two cases with one name"
    assert forge.refusals(cases) == reasons


def test_what_the_forgeries_differ_from_is_accepted(forge: Forge) -> None:
    claims = forge.read(forge.token())
    assert claims.model_dump(mode="json", exclude_none=True) == forge.claims
