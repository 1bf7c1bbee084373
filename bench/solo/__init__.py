"""Programs that `bench` runs alone on the server's core; each prints JSON."""
