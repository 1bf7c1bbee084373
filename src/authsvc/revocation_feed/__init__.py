"""The door for other services that verify tokens themselves, and want to know of ended sessions."""
