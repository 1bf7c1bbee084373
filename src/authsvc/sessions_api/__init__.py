"""The door to one's own sessions: see where one is signed in, and end it."""
