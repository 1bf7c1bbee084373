"""Opens stored keys, and says in plain words why one does not."""

from dataclasses import dataclass

from authsvc.keys.errors import KeyUnusable
from authsvc.keys.material import prepare, prepare_public
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.sealing import SealBroken, Sealer
from authsvc.tokens.keyring import Algorithm, SigningKey, VerificationKey


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """A key in use. `signing` is None where only its public half is stored."""

    verifying: VerificationKey
    signing: SigningKey | None = None

    @property
    def kid(self) -> str:
        """The key's id."""
        return self.verifying.kid


def open_row(row: SigningKeyRow, alg: Algorithm, sealer: Sealer) -> OpenedKey:
    """Open a stored key.

    Raises:
        KeyUnusable: If it does not open, or is not what it says.

    """
    try:
        material = sealer.open(row.kid, row.sealed_key)
        if row.erased_at is None or alg == "HS256":
            opened = open_material(alg, material)
        else:
            opened = OpenedKey(prepare_public(alg, material))
    except SealBroken:
        raise KeyUnusable(_why_it_stays_shut(row, sealer)) from None
    except (ValueError, TypeError) as fault:
        raise KeyUnusable(f"The signing key {row.kid} is not usable: {fault}.") from None
    if opened.kid != row.kid:
        raise KeyUnusable(f"The signing key {row.kid} is not the key its id names.")
    return opened


def open_material(alg: Algorithm, material: bytes) -> OpenedKey:
    """Prepare what signs, and try it.

    Raises:
        ValueError: If it is not for that algorithm, too weak, or does not fit itself.

    """
    signing, verifying = prepare(alg, material)
    probe = b"authsvc self-test"
    if not verifying.key.verify(probe, signing.key.sign(probe)):
        raise ValueError("its public half is another key's")
    return OpenedKey(verifying, signing)


def _why_it_stays_shut(row: SigningKeyRow, sealer: Sealer) -> str:
    if sealer.is_current(row.sealed_key):
        return (
            f"The signing key {row.kid} was changed in the database: it does not open. Restore "
            f"its row, or give it up: authsvc keys retire {row.kid}"
        )
    return (
        f"The signing key {row.kid} does not open under AUTHSVC_SECRET_KEY. "
        "Give back the secret it was made with, as AUTHSVC_SECRET_KEY or "
        "AUTHSVC_SECRET_KEY_PREVIOUS."
    )
