"""The genuine tokens that a process has met, so that none is proven twice.

Holds only what does not change with time: whether a token counts now is asked of it at every use.
"""

from authsvc.tokens.genuine import GenuineToken

# About 3 KiB each.
MOST = 8192


class SeenTokens:
    """Genuine tokens by their exact text; the oldest goes when there are too many.

    Nothing but a token that this service has signed gets in, so strangers cannot fill it.
    """

    def __init__(self, most: int = MOST) -> None:
        """Keep `most` tokens."""
        self._most = most
        self._tokens: dict[str, GenuineToken] = {}

    def get(self, text: str) -> GenuineToken | None:
        """Return the token of exactly this text."""
        return self._tokens.get(text)

    def add(self, text: str, token: GenuineToken) -> None:
        """Remember a token that has just been proven."""
        if len(self._tokens) >= self._most:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[text] = token

    def clear(self) -> None:
        """Forget all of them, because the keys they were proven with may be gone."""
        self._tokens.clear()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._tokens)
