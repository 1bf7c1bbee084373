"""The door for giving a token back (RFC 7009)."""
