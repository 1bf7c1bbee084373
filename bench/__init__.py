"""Measures authsvc beside its peers: `make bench`. Nothing of the service or its tests needs it."""
