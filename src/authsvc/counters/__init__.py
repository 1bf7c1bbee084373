"""Counts what happens, for `/metrics`: requests, events of the log, hashing, readings of parts."""
