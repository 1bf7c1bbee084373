"""What a proven user is given: a session with its pair of tokens, and the end of it."""
