"""Who is this? Reads credentials from requests, verifies them, and keeps strangers' pages out."""
