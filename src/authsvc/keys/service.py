"""Opens the signing keys at start, and makes the first one."""

import structlog

from authsvc.core.clock import Clock
from authsvc.core.database import Database, take_turn
from authsvc.keys.material import make_key, prepare
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.repository import KeyRepository
from authsvc.keys.sealing import SealBroken, Sealer
from authsvc.tokens.keyring import Algorithm, KeyRing, SigningKey, VerificationKey

_log = structlog.get_logger(__name__)


class KeyUnusable(Exception):
    """A stored key cannot be used. The message names its `kid` and what to do."""


class KeyService:
    """The keys of one algorithm: rings are never mixed, so that no token can choose its own."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock, alg: Algorithm) -> None:
        """Keep keys for `alg` in `database`."""
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._alg = alg

    async def load(self) -> tuple[KeyRing, SigningKey] | None:
        """Open the stored keys; the newest signs. None if there are none.

        Raises:
            KeyUnusable: If one of them cannot be opened or is not what it says.
            Unavailable: If the database does not answer.

        """
        async with self._database.reading() as session:
            rows = await KeyRepository(session).of_algorithm(self._alg)
        if not rows:
            return None
        opened = [self._open(row) for row in rows]
        return KeyRing(verification for _, verification in opened), opened[0][0]

    async def load_or_create(self) -> tuple[KeyRing, SigningKey]:
        """Open the stored keys, or make the first. Processes that start together make just one.

        Raises:
            KeyUnusable: If a stored key cannot be opened: no new key is ever made over an old one.
            Unavailable: If the database does not answer.

        """
        if loaded := await self.load():
            return loaded
        async with self._database.writing() as session:
            await take_turn(session, "signing-keys")
            repository = KeyRepository(session)
            if not await repository.of_algorithm(self._alg):
                material = make_key(self._alg)
                signing, _ = prepare(self._alg, material)
                row = SigningKeyRow(
                    kid=signing.kid,
                    alg=self._alg,
                    sealed_key=self._sealer.seal(signing.kid, material),
                    created_at=self._clock.now(),
                )
                await repository.add(row)
                _log.info("signing_key_created", kid=signing.kid, alg=self._alg)
        loaded = await self.load()
        if loaded is None:
            raise KeyUnusable("The signing key that was just made is not in the database.")
        return loaded

    def _open(self, row: SigningKeyRow) -> tuple[SigningKey, VerificationKey]:
        try:
            signing, verification = prepare(self._alg, self._sealer.open(row.kid, row.sealed_key))
        except SealBroken:
            raise KeyUnusable(
                f"The signing key {row.kid} does not open under AUTHSVC_SECRET_KEY. "
                "Give back the secret it was made with, as AUTHSVC_SECRET_KEY or "
                "AUTHSVC_SECRET_KEY_PREVIOUS."
            ) from None
        except (ValueError, TypeError) as fault:
            raise KeyUnusable(f"The signing key {row.kid} is not usable: {fault}.") from None
        if signing.kid != row.kid or not _signs_what_it_verifies(signing, verification):
            raise KeyUnusable(f"The signing key {row.kid} is not the key its id names.")
        return signing, verification


def _signs_what_it_verifies(signing: SigningKey, verification: VerificationKey) -> bool:
    probe = b"authsvc self-test"
    return bool(verification.key.verify(probe, signing.key.sign(probe)))
