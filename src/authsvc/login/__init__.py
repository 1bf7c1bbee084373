"""The door for browsers: sign in, get the tokens as cookies, and renew them."""
