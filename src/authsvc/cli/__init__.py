"""The command line: `authsvc serve`, `migrate`, `check`, `users …`, `sessions …`, `keys …`."""
