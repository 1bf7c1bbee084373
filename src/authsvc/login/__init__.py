"""The door for browsers: sign in, and get the tokens as cookies."""
