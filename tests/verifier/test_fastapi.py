"""The FastAPI dependencies, in an application that registers nothing for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI

from attacks.forge import ISSUER, Forge
from authsvc.verifier import Principal, Verifier
from authsvc.verifier.fastapi import Refusal, problem_json
from factories import MovedClock, bearer
from verifier.conftest import MakeVerifier
from verifier.loopback import FEED, KEYS, Answer, Loopback, follow

CLIENT = ("billing", "canary-7Rv")
OURS = "https://app.example.com"


def application(verifier: Verifier, **given: Any) -> FastAPI:  # noqa: ANN401 - FastAPI's own
    """Build a service as its own people would."""
    app = FastAPI(lifespan=verifier.lifespan, **given)
    Caller = Annotated[Principal, Depends(verifier.principal)]  # noqa: N806 - a type

    @app.get("/me")
    async def me(caller: Caller) -> dict[str, str]:
        return {"id": str(caller.user_id)}

    @app.post("/me")
    async def change_me(caller: Caller) -> dict[str, str]:
        return {"id": str(caller.user_id)}

    @app.get("/orders")
    async def orders(
        _caller: Caller, writer: Annotated[Principal, Depends(verifier.requires("a", "b"))]
    ) -> dict[str, str]:
        return {"id": str(writer.user_id)}

    return app


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://service.example.com"
        ) as client,
    ):
        yield client


def _refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    problem = answer.json()["detail"]
    assert problem["status"] == answer.status_code
    assert set(problem) == {"type", "title", "status", "detail"}
    issuer, _, slug = problem["type"].partition("/problems/")
    assert issuer == ISSUER
    return answer.status_code, slug, answer.headers.get("www-authenticate")


async def test_each_refusal_says_what_to_do_next(
    make: MakeVerifier, server: Loopback, forge: Forge, clock: MovedClock
) -> None:
    verifier = make(client=CLIENT)
    invalid = 'Bearer error="invalid_token"'
    async with client_of(application(verifier)) as client:

        async def refusal(headers: Any = None) -> tuple[int, str, str | None]:  # noqa: ANN401
            return _refusal(await client.get("/me", headers=headers))

        assert (await client.get("/me", headers=bearer(forge.token()))).json() == {
            "id": forge.claims["sub"]
        }
        assert await refusal() == (401, "not-authenticated", "Bearer")
        for header in ("Bearer", "Bearer x", "bearer x y", "Basic eDp5", "", "\xff"):
            raw = [(b"authorization", header.encode("latin-1"))]
            assert await refusal(raw) == (401, "invalid-token", invalid)
        both = [("Authorization", f"Bearer {forge.token()}")] * 2
        assert await refusal(both) == (400, "ambiguous-credentials", None)
        server.ended.append(
            (
                (await verifier.verify(forge.token())).session_id,
                forge.now.replace(year=forge.now.year + 1),
            )
        )
        await follow(verifier)
        assert await refusal(bearer(forge.token())) == (
            401,
            "session-ended",
            f'{invalid}, error_description="The session has ended"',
        )
        clock.move(minutes=15)
        assert await refusal(bearer(forge.token())) == (
            401,
            "token-expired",
            f'{invalid}, error_description="The access token expired"',
        )
        server.answers[KEYS] = server.answers[FEED] = Answer(b"", 503)
        clock.move(hours=1)
        assert await refusal(bearer(forge.token())) == (503, "unavailable", None)


async def test_scopes_are_asked_for_all_of_them(make: MakeVerifier, forge: Forge) -> None:
    async with client_of(application(make())) as client:
        for scope, status in (("a", 403), ("a bb", 403), ("", 403), ("b c a", 200)):
            token = forge.with_claims({"scope": scope})
            answer = await client.get("/orders", headers=bearer(token))
            assert answer.status_code == status, scope
            if status == 403:
                assert _refusal(answer)[1:] == (
                    "insufficient-scope",
                    'Bearer error="insufficient_scope", scope="a b"',
                )
        assert _refusal(await client.get("/orders"))[1] == "not-authenticated"


@pytest.mark.parametrize("scopes", ((), ("",), ("a b",), ('a"b',), ("a\r\nb",), ("ä",)))
def test_a_scope_that_no_token_can_have_is_a_mistake(
    make: MakeVerifier, scopes: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="scopes"):
        make().requires(*scopes)


async def test_one_line_makes_it_problem_json(make: MakeVerifier) -> None:
    app = application(make(), exception_handlers={Refusal: problem_json})
    async with client_of(app) as client:
        answer = await client.get("/me")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {
        "type": f"{ISSUER}/problems/not-authenticated",
        "title": "Not signed in",
        "status": 401,
        "detail": "This needs a signed-in user, and the request carries no credential.",
    }


async def test_the_document_names_the_scheme(make: MakeVerifier) -> None:
    document = application(make()).openapi()
    assert document["components"]["securitySchemes"] == {
        "authsvc": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    assert document["paths"]["/me"]["get"]["security"] == [{"authsvc": []}]
    assert "parameters" not in document["paths"]["/me"]["get"]


async def test_the_cookie_counts_only_where_it_was_asked_for(
    make: MakeVerifier, forge: Forge
) -> None:
    cookie = {"Cookie": f"a=b; authsvc_access={forge.token()}"}
    async with client_of(application(make())) as client:
        assert _refusal(await client.get("/me", headers=cookie))[1] == "not-authenticated"
    async with client_of(application(make(cookie_origins=(OURS,)))) as client:
        assert (await client.get("/me", headers=cookie)).status_code == 200
        # A header decides alone, also where it is no good.
        answer = await client.get("/me", headers={**cookie, **bearer("x")})
        assert _refusal(answer)[1] == "invalid-token"
        for lines in (["authsvc_access=a; authsvc_access=b"], ["authsvc_access=a"] * 2):
            answer = await client.get("/me", headers=[("Cookie", line) for line in lines])
            assert _refusal(answer)[1] == "ambiguous-credentials"
        for line in ("authsvc_access=", "authsvc_accesS=a", "x authsvc_access=a", "authsvc_access"):
            answer = await client.get("/me", headers={"Cookie": line})
            assert _refusal(answer)[1] == "not-authenticated", line


@pytest.mark.parametrize(
    ("headers", "status"),
    (
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Origin": OURS}, 200),
        ({"Origin": OURS}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://app.example.com.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
    ),
)
async def test_other_sites_cannot_use_the_cookie(
    make: MakeVerifier, forge: Forge, headers: dict[str, str], status: int
) -> None:
    async with client_of(application(make(cookie_origins=(OURS,)))) as client:
        given = {**headers, "Cookie": f"authsvc_access={forge.token()}"}
        answer = await client.post("/me", headers=given)
        assert answer.status_code == status
        if status == 403:
            assert _refusal(answer)[1] == "cross-site-request"
        assert (await client.get("/me", headers=given)).status_code == 200
        given = {**headers, **bearer(forge.token())}
        assert (await client.post("/me", headers=given)).status_code == 200
