"""Signed access tokens (RFC 7519, RFC 9068): the strict parser, the key ring, and who uses them.

Pure: no database, no HTTP. Everything that reads a token reads it through `tokens.parser.parse`.
"""
