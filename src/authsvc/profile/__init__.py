"""The protected profile: what a signed-in person sees of their own account, and may change."""
