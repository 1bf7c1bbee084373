"""Passwords: what is accepted, and how it is hashed without ever stalling the service."""
