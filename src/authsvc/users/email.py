"""E-mail addresses in the one form they are stored and compared in."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field

MAX_LENGTH = 254


def canonical_email(text: str) -> str:
    """Bring an address into its canonical form: trimmed, IDNA host name, lower case.

    Local parts beyond ASCII are refused: too many pairs of them look the same.

    Raises:
        ValueError: If it is not an address that mail could be sent to.

    """
    try:
        parsed = validate_email(
            text.strip(" \t"),
            allow_smtputf8=False,
            check_deliverability=False,
            # Also the 64 characters that a local part may have (RFC 5321 §4.5.3.1.1).
            strict=True,
            # Lets `.test` through (RFC 6761), which people use where nothing is ever sent.
            test_environment=True,
        )
    except EmailNotValidError as fault:
        raise ValueError(_reason(fault)) from None
    address = (parsed.ascii_email or parsed.normalized).lower()
    if len(address) > MAX_LENGTH:
        raise ValueError("The address is too long")
    return address


def _reason(_fault: EmailNotValidError) -> str:
    # The library's sentences quote parts of the input, and input is never sent back.
    return "Not a valid e-mail address"


EmailAddress = Annotated[
    str,
    Field(max_length=MAX_LENGTH + 66, json_schema_extra={"format": "email"}),
    AfterValidator(canonical_email),
]
