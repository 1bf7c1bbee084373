"""Credentials: is this password right, and who signs up with one?"""
