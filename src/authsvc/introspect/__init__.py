"""The door for other services that ask about a token (RFC 7662)."""
