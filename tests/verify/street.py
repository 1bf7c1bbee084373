"""A proxy with authsvc and an application behind it, and how requests come through it."""

import socket
from dataclasses import dataclass
from typing import Any

import httpx

from factories import PASSWORD
from verify.application import Application

ADA = {"email": "ada@example.com", "password": PASSWORD}
IDENTITY = ("x-auth-subject", "x-auth-session", "x-auth-scope")
# Seconds. On a busy machine passwords are hashed when nothing else wants the processor.
PATIENCE = 60
_GRANT = {"grant_type": "password", "username": ADA["email"], "password": PASSWORD}


@dataclass(frozen=True)
class Street:
    """A proxy with authsvc and an application behind it, and Ada, who has signed up."""

    proxy: str
    origin: str
    authsvc: str
    application: Application
    profile: dict[str, Any]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.origin, timeout=PATIENCE)

    def token(self) -> str:
        answer = httpx.post(f"{self.origin}/auth/token", data=_GRANT, timeout=PATIENCE)
        return str(answer.json()["access_token"])

    def raw(self, *lines: str) -> dict[str, Any]:
        """Send a request with exactly these header lines; return what the application saw."""
        head = "\r\n".join(["GET /raw HTTP/1.1", "Host: localhost", *lines, "", ""])
        port = int(self.origin.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(head.encode())
            answer = httpx.Response(200, content=_read(connection))
        seen: dict[str, Any] = answer.json()
        return seen


def _read(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    [length] = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    while len(body) < length:
        body += connection.recv(65536)
    return body


def identity(seen: dict[str, Any]) -> list[tuple[str, str]]:
    """Return whatever an application could take for the headers of ours."""
    alike = [(name.lower().replace("_", "-"), value) for name, value in seen["headers"]]
    return sorted((name, value) for name, value in alike if name in IDENTITY)
