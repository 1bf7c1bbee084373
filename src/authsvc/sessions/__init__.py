"""Sessions: one row for each login, and the refresh token derived from it."""
