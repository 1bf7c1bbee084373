"""The proxies as `deploy/` has them, really running: what reaches the application."""

import json
from http.cookies import SimpleCookie

import httpx

from factories import bearer
from verify.street import ADA, IDENTITY, PATIENCE, Street, identity

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


def test_the_signed_in_pass_and_the_application_learns_who_they_are(street: Street) -> None:
    with street.client() as client:
        forged = {"X-Forwarded-For": "203.0.113.9"}
        session = client.post("/auth/login", json=ADA, headers=forged).json()["session"]
        for number in (1, 2):
            seen = client.get(f"/a/b?c={number}&d=%2F").json()
            assert (seen["method"], seen["path"]) == ("GET", f"/a/b?c={number}&d=%2F")
            assert identity(seen) == [
                ("x-auth-scope", "profile"),
                ("x-auth-session", session["id"]),
                ("x-auth-subject", street.profile["id"]),
            ]
        assert client.head("/a").status_code == 200
        assert client.get("/getProfile").json() == street.profile
        items = httpx.get(
            f"{street.authsvc}/sessions", headers=bearer(street.token()), timeout=PATIENCE
        ).json()
        assert {item["ip"] for item in items["items"]} == {"127.0.0.1"}


def test_bodies_of_any_kind_reach_the_application(street: Street) -> None:
    body = b"\x00" * 300_000
    headers = {
        **bearer(street.token()),
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Encoding": "gzip",
    }
    with street.client() as client:
        for method in ("POST", "PUT", "PATCH"):
            seen = client.request(method, "/upload", headers=headers, content=body).json()
            assert (seen["method"], seen["body"]) == (method, len(body))
        assert client.request("DELETE", "/x", headers=headers).json()["method"] == "DELETE"


def test_the_application_never_sees_what_a_client_says_about_itself(street: Street) -> None:
    token = street.token()
    genuine = identity(street.raw(f"Authorization: Bearer {token}"))
    assert [name for name, _ in genuine] == sorted(IDENTITY)
    names = [
        spelling
        for name in ("X-Auth-Subject", "X-Auth-Session", "X-Auth-Scope")
        for one in (name, name.replace("-", "_"), name.replace("-", "_", 1))
        for spelling in (one, one.lower(), one.upper(), name[:6] + name[6:].replace("-", "_"))
    ]
    for forged in ([f"{name}: evil" for name in names], *([f"{name}: evil"] * 2 for name in names)):
        seen = street.raw(*forged, f"Authorization: Bearer {token}", *forged)
        assert identity(seen) == genuine, forged
    for name in IDENTITY:
        lines = (f"Connection: {name}", f"{name}: evil", f"Authorization: Bearer {token}")
        assert set(identity(street.raw(*lines))) <= set(genuine)


def test_the_application_does_not_get_the_tokens(street: Street) -> None:
    token = street.token()
    seen = street.raw(f"Authorization: Bearer {token}", "Cookie: a=b")
    assert token not in json.dumps(seen)
    if street.proxy == "traefik":
        # It cannot take single cookies out; its configuration and the documentation say so.
        return
    for prefix in ("", "__Host-"):
        access, refresh = f"{prefix}authsvc_access={token}", f"{prefix}authsvc_refresh=canary"
        for cookies in (
            f"{access}; {refresh}; a=b; c=d",
            f"a=b; {access}; c=d; {refresh}",
            f"a=b; {refresh}; {access}; c=d",
            f"{refresh}; a=b; c=d; {access}",
        ):
            lines = [f"Cookie: {cookies}"]
            # Under http the prefixed one is no credential.
            seen = street.raw(*lines, *([f"Authorization: Bearer {token}"] if prefix else []))
            [kept] = [value for name, value in seen["headers"] if name.lower() == "cookie"]
            assert token not in kept
            assert "canary" not in kept
            assert {"a", "c"} <= set(SimpleCookie(kept)) <= {"a", "c", "authsvc"}


def test_what_the_application_refuses_itself_comes_through(street: Street) -> None:
    with street.client() as client:
        headers = {**BROWSER, **bearer(street.token())}
        for status in (401, 403, 404, 500, 503):
            answer = client.get(f"/status/{status}", headers=headers)
            assert answer.status_code == status
            assert answer.json()["path"] == f"/status/{status}"
