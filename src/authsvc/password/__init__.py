"""The door to changing one's password."""
