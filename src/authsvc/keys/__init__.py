"""Signing keys: a ring in the database, sealed, whose keys follow one another by the clock."""
