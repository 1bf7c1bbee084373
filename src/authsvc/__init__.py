"""authsvc: sign-up, sign-in and signed tokens as a small async service."""

__version__ = "0.1.0"
