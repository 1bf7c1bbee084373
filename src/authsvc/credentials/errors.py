"""Refusals about credentials."""

from authsvc.core.errors import Problem


class InvalidCredentials(Problem):
    """Wrong e-mail or password, unknown or disabled user: one answer for all of them."""

    status, slug, title = 401, "invalid-credentials", "Invalid credentials"
    detail = "The e-mail address or the password is wrong."
    advice = (
        "The answer is the same, and takes the same time, whether the address is unknown, the "
        "password wrong or the account disabled, so nobody learns who has an account here."
    )


class RegistrationClosed(Problem):
    """The operator has closed sign-up."""

    status, slug, title = 403, "registration-closed", "Sign-up is closed"
    detail = "New accounts are made by the operator only."
    advice = "Ask the operator for an account (`authsvc users create`)."


class WrongPassword(Problem):
    """Somebody who is signed in was asked for the password again, and it is another."""

    status, slug, title = 403, "wrong-password", "Wrong password"
    detail = "This is not the password of this account. Nothing was changed."
    advice = (
        "Changing the password and deleting the account ask for the present password again, so "
        "that an open browser is not enough. A wrong one counts as a failed sign-in."
    )
