"""The door out."""
