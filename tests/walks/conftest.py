"""Databases of their own, for walks that break them."""

from databases import empty_address, empty_postgresql

__all__ = ["empty_address", "empty_postgresql"]
