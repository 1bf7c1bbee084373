"""The facts behind the server's metadata, as the composition states them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerPolicy:
    """Who issues, whether with keys that others can verify with, and whether anybody may ask."""

    issuer: str
    has_key_set: bool
    has_clients: bool
