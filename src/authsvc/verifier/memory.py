"""Tokens that were verified a moment ago, by their exact bytes."""

from collections import OrderedDict

from authsvc.tokens.keyring import KeyRing
from authsvc.verifier.principal import Principal


class Memory:
    """What the last few verified tokens say; forgotten when the keys change."""

    def __init__(self, size: int) -> None:
        """Remember `size` tokens, the ones used last."""
        self._size = size
        self._ring: KeyRing | None = None
        self._principals: OrderedDict[str, Principal] = OrderedDict()

    def recall(self, token: str, ring: KeyRing) -> Principal | None:
        """Return whose token this is, if it was verified with the keys of `ring`."""
        if ring is not self._ring:
            return None
        principal = self._principals.get(token)
        if principal:
            self._principals.move_to_end(token)
        return principal

    def keep(self, token: str, ring: KeyRing, principal: Principal) -> None:
        """Remember a token that was verified with `ring`."""
        if ring is not self._ring:
            self._ring = ring
            self._principals.clear()
        self._principals[token] = principal
        if len(self._principals) > self._size:
            self._principals.popitem(last=False)
