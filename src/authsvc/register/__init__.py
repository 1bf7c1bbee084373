"""The door for signing up."""
