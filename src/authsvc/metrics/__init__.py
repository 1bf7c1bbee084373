"""For the operator's Prometheus: everything that is counted, behind a token of its own."""
