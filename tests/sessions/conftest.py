"""A PostgreSQL database of one's own, for what only a server does."""

from databases import empty_postgresql

__all__ = ["empty_postgresql"]
