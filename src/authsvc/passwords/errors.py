"""Refusals about passwords."""

from authsvc.core.errors import Problem


class WeakPassword(Problem):
    """A new password that is guessed first."""

    status, slug, title = 422, "weak-password", "This password is too easy to guess"
    detail = "Choose a password that is harder to guess."
    advice = (
        "Passwords have at least 8 characters, are not on the list of common passwords, and are "
        "not made of the e-mail address, the name or the name of this service. There are no other "
        "rules: a few unrelated words do well."
    )
