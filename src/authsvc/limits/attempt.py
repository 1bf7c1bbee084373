"""One attempt with a password, from being let in to its outcome."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from authsvc.core.address import Source
from authsvc.core.errors import Problem
from authsvc.limits.errors import TooManyAttempts
from authsvc.limits.windows import Blocks, Window

_log = structlog.get_logger(__name__)

IsKnown = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Windows:
    """The limits on attempts with a password, and the blocks that follow.

    The windows of failures hold what has failed and what is under way: an attempt counts as failed
    until it has succeeded. `failed` holds only what has failed, and decides about blocks.
    """

    tries: Window
    address: Window
    pair: Window
    network: Window
    account: Window
    failed: Window
    blocks: Blocks


class Attempt:
    """An attempt to name an account's password."""

    def __init__(
        self, windows: Windows, source: Source, account: str, label: str, is_known: IsKnown
    ) -> None:
        """Prepare an attempt.

        Args:
            windows: What it counts for.
            source: Where it comes from.
            account: The account's name in keys.
            label: The account's name in the log.
            is_known: Tells whether this source has signed in to the account before. Asked only
                where strangers are refused.

        """
        self._windows = windows
        self._source = source
        self._account = account
        self._label = label
        self._is_known = is_known
        self._taken: list[tuple[Window, tuple[str, ...]]] = []

    async def begin(self) -> None:
        """Be let in.

        Raises:
            TooManyAttempts: If not. Apart from the bare try nothing was counted then.
            Unavailable: If the counts cannot be reached.

        """
        windows, place = self._windows, self._source.place
        if wait := await windows.tries.take(place):
            raise self._refused(windows.tries.name, wait)
        if wait := await windows.blocks.left(place):
            raise self._refused("block", wait)
        try:
            await self._take(windows.address, place)
            await self._take(windows.pair, self._account, place)
            # Others can fill these two. They must not lock out who has been here before.
            await self._take(windows.network, self._source.network, unless=self._is_known)
            await self._take(windows.account, self._account, unless=self._is_known)
        except Problem:
            await self.withdraw()
            raise

    async def withdraw(self) -> None:
        """Take everything back: no password was looked at."""
        for window, who in self._taken:
            await window.give_back(*who)

    async def succeed(self) -> None:
        """Forget the failures of this account from this address, and take back the rest."""
        for window, who in self._taken:
            await (window.forget(*who) if window is self._windows.pair else window.give_back(*who))

    async def fail(self) -> None:
        """Leave everything counted. The last failure that an address has begins a block."""
        place = self._source.place
        await self._windows.failed.take(place)
        if await self._windows.failed.is_full(place):
            seconds = await self._windows.blocks.begin(place)
            _log.warning("address_blocked", seconds=seconds)

    async def _take(self, window: Window, *who: str, unless: IsKnown | None = None) -> None:
        wait = await window.take(*who)
        if not wait:
            self._taken.append((window, who))
        elif unless is None or not await unless():
            raise self._refused(window.name, wait)

    def _refused(self, reason: str, seconds: int) -> TooManyAttempts:
        _log.warning("limited", reason=reason, account=self._label, seconds=seconds)
        return TooManyAttempts.until(seconds)
