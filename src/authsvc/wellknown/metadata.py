"""The facts behind the server's metadata, as the composition states them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerPolicy:
    """Who issues, and whether with keys that others can verify with."""

    issuer: str
    has_key_set: bool
