"""Hashes and verifies passwords: Argon2id for new ones, and the schemes people move in with."""

import secrets
from dataclasses import dataclass

from passlib.context import CryptContext
from passlib.exc import PasslibSecurityError, PasswordSizeError

# Hashes that other systems have left in people's databases. They are verified, and replaced on the
# first sign-in. Schemes without a salt or a cost are not taken.
_MOVED_IN = (
    "bcrypt",
    "bcrypt_sha256",
    "scrypt",
    "pbkdf2_sha512",
    "pbkdf2_sha256",
    "django_pbkdf2_sha256",
    "django_bcrypt_sha256",
    "sha512_crypt",
    "sha256_crypt",
)
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class HashParameters:
    """The cost of one Argon2id hash: memory in KiB, passes over it, lanes (RFC 9106)."""

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password is right, and its better hash where the stored one is outdated."""

    is_right: bool
    better_hash: str | None = None


class PasswordHasher:
    """The blocking work. Callers run it in the hash pool."""

    def __init__(self, parameters: HashParameters) -> None:
        """Hash with `parameters`; hashes of other costs are verified and replaced."""
        self._context = CryptContext(
            schemes=["argon2", *_MOVED_IN],
            deprecated="auto",
            argon2__type="ID",
            argon2__memory_cost=parameters.memory_kib,
            argon2__time_cost=parameters.passes,
            argon2__parallelism=parameters.lanes,
            argon2__salt_size=16,
            argon2__hash_len=_DIGEST_BYTES,
        )

    def hash(self, password: str) -> str:
        """Hash a password with the present parameters."""
        return str(self._context.hash(password))

    def decoy(self) -> str:
        """Make up a hash that costs what one of the present parameters costs, and is nobody's.

        Nothing is hashed for it: its digest is drawn by chance, and no password has it.
        """
        made_up = self._context.handler("argon2")(
            use_defaults=True, checksum=secrets.token_bytes(_DIGEST_BYTES)
        )
        return str(made_up.to_string())

    def verify(self, password: str, stored: str) -> Verdict:
        """Check a password against a stored hash, byte for byte."""
        try:
            is_right, better = self._context.verify_and_update(password, stored)
        except (ValueError, TypeError, AssertionError, PasslibSecurityError, PasswordSizeError):
            # A damaged hash, or one whose scheme cannot take this password: it does not match.
            return Verdict(is_right=False)
        return Verdict(is_right=bool(is_right), better_hash=better)

    def is_present(self, stored: str) -> bool:
        """Tell whether a hash was made with the present parameters, and so takes their time."""
        try:
            return not self._context.needs_update(stored)
        except (ValueError, TypeError):
            return False

    def is_known(self, stored: str) -> bool:
        """Tell whether a hash from elsewhere is of a scheme that is verified here."""
        return self._context.identify(stored) is not None
