"""The proxies as `deploy/` has them, really running: whom they keep out, and how."""

import httpx
import pytest

from factories import bearer
from serving import free_port
from verify.application import running
from verify.proxies import PROXIES, proxying
from verify.street import ADA, Street

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


def test_programs_that_are_signed_out_get_the_refusal_in_full(street: Street) -> None:
    token = street.token()
    with street.client() as client:
        client.post("/auth/logout", headers=bearer(token))
        before = street.application.reached
        for headers, status, slug in (
            ({}, 401, "not-authenticated"),
            ({"X-Auth-Subject": "evil"}, 401, "not-authenticated"),
            (bearer("x"), 401, "invalid-token"),
            (bearer(token), 401, "session-ended"),
            ({"Cookie": "authsvc_access=x; authsvc_access=x"}, 400, "ambiguous-credentials"),
        ):
            for method, body in (("GET", b""), ("POST", b"x" * 200_000)):
                answer = client.request(method, "/a", headers=headers, content=body)
                assert answer.status_code == status
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["type"].endswith(f"/problems/{slug}")
                assert len(answer.headers.get_list("www-authenticate")) == (status == 401)
                assert answer.headers["cache-control"] == "no-store"
        if street.proxy == "nginx":
            assert client.get("/forward-auth").status_code == 404
        assert street.application.reached == before


def test_browsers_that_are_signed_out_are_led_to_the_sign_in_page(street: Street) -> None:
    before = street.application.reached
    with street.client() as client:
        for headers in (BROWSER, {**BROWSER, **bearer("x")}, {**BROWSER, "X-Forwarded-Uri": "/z"}):
            answer = client.get("/a/b?c=1&d=%2F", headers=headers)
            assert answer.status_code == 303
            onwards = f"{street.origin}/login?next=/a/b%3Fc%3D1%26d%3D%252F"
            assert answer.headers["location"] == onwards
            assert "x-auth-subject" not in answer.headers
        page = client.get(onwards)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert client.get("/static/login.js").status_code == 200
    assert street.application.reached == before


def test_other_sites_cannot_act_on_the_application_with_the_cookie(street: Street) -> None:
    with street.client() as client:
        client.post("/auth/login", json=ADA)
        before = street.application.reached
        for method in ("POST", "DELETE"):
            answer = client.request(method, "/a", headers=EVIL)
            assert answer.status_code == 403
            assert answer.json()["type"].endswith("/problems/cross-site-request")
        assert street.application.reached == before
        assert client.post("/a", headers={"Origin": street.origin}).status_code == 200
        assert client.get("/a", headers=EVIL).status_code == 200


@pytest.mark.parametrize("proxy", PROXIES)
def test_while_authsvc_is_away_nobody_passes(
    proxy: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there = tmp_path_factory.mktemp("away") / "proxy"
    with (
        running() as application,
        proxying(
            proxy, there, port=free_port(), authsvc=free_port(), application=application.port
        ) as origin,
    ):
        for headers in ({}, BROWSER, {"X-Auth-Subject": "evil"}):
            assert httpx.get(f"{origin}/a", headers=headers).status_code in {500, 502, 503}
        assert application.reached == 0


@pytest.mark.parametrize("street", ("envoy",), indirect=True)
def test_where_the_script_of_envoy_fails_nobody_passes(
    street: Street, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Envoy itself would go on as if there were no script."""
    for line in ("local answer, body = ask(handle)", 'headers:remove("authorization")'):
        there = tmp_path_factory.mktemp("broken") / "proxy"
        ports = {
            "port": free_port(),
            "authsvc": int(street.authsvc.rpartition(":")[2]),
            "application": street.application.port,
        }
        before = street.application.reached
        with proxying("envoy", there, **ports, change=(line, f'{line} error("broken")')) as origin:
            answer = httpx.get(f"{origin}/a", headers=bearer(street.token()))
        assert answer.status_code == 503
        assert street.application.reached == before
