"""What other services and clients find under `/.well-known/`, without asking anybody's leave."""
