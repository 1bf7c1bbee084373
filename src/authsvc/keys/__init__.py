"""Signing keys: made on the first start, kept sealed in the database, opened at every start."""
