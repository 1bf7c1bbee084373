"""Forward auth: a proxy asks about each request before it passes it on to an application."""
