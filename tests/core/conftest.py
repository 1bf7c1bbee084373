"""Empty databases for the tests of what makes their schema."""

from databases import empty_address, empty_postgresql

__all__ = ["empty_address", "empty_postgresql"]
