"""Refusals about users."""

from authsvc.core.errors import Problem


class EmailTaken(Problem):
    """Somebody has signed up with this address before."""

    status, slug, title = 409, "email-taken", "This e-mail address is already registered"
    detail = "There is an account with this e-mail address."
    advice = "Sign in instead, or sign up with another address."
