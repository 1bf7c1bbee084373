"""The opened keys of a process, by id, kept in step with the stored ones."""

from collections.abc import Mapping, Sequence

import structlog

from authsvc.keys.errors import KeyUnusable
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.opening import OpenedKey, open_row
from authsvc.keys.sealing import Sealer
from authsvc.tokens.keyring import Algorithm

_log = structlog.get_logger(__name__)

# A sealed text, and the key that it opened to.
_Opened = tuple[str, OpenedKey]


class OpenedKeys:
    """Opens each sealed text once: with RSA that takes as long as many signatures."""

    def __init__(self, alg: Algorithm, sealer: Sealer) -> None:
        """Open keys of `alg` with `sealer`."""
        self._alg = alg
        self._sealer = sealer
        self._opened: Mapping[str, _Opened] = {}
        self._shut: set[tuple[str, str]] = set()

    @property
    def by_kid(self) -> Mapping[str, OpenedKey]:
        """The keys by id."""
        return {kid: key for kid, (_, key) in self._opened.items()}

    def open_all(self, rows: Sequence[SigningKeyRow]) -> None:
        """Open everything but what is retired.

        Raises:
            KeyUnusable: If a key cannot be opened, or is not what it says.

        """
        self._opened = {row.kid: self._open(row) for row in _standing(rows)}

    def take_in(self, rows: Sequence[SigningKeyRow]) -> bool:
        """Open what is new or changed, and tell whether all of it is open.

        What does not open is told once. Then the rest is kept as it was: a key whose private half
        was erased meanwhile still signs here, because its successor cannot.
        """
        taken: dict[str, _Opened] = {}
        shut: set[tuple[str, str]] = set()
        for row in _standing(rows):
            try:
                taken[row.kid] = self._open(row)
            except KeyUnusable as fault:
                shut.add((row.kid, row.sealed_key))
                if (row.kid, row.sealed_key) not in self._shut:
                    _log.error("signing_key_unusable", kid=row.kid, reason=str(fault))
        if shut:
            taken |= self._opened
        self._opened, self._shut = taken, shut
        return not shut

    def _open(self, row: SigningKeyRow) -> _Opened:
        known = self._opened.get(row.kid)
        if known is not None and known[0] == row.sealed_key:
            return known
        return row.sealed_key, open_row(row, self._alg, self._sealer)


def _standing(rows: Sequence[SigningKeyRow]) -> Sequence[SigningKeyRow]:
    return [row for row in rows if row.retired_at is None]
