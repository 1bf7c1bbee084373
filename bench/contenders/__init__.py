"""Who is measured: how each is installed, started, filled with users, and asked."""
