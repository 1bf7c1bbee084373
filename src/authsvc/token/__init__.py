"""The door for API clients and Swagger UI: tokens in the body, in OAuth 2's terms (RFC 6749)."""
