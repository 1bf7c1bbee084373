"""Which sessions have ended before their access tokens have: a table, and its copy in memory."""
