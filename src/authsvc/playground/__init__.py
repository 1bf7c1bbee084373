"""The page that shows every step of a login on the running service."""
