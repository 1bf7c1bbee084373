"""The sessions that have ended, as authsvc's feed tells them: followed about once a second."""

import logging
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from authsvc.core.clock import Clock
from authsvc.verifier.fetch import FetchFailed, Source
from authsvc.verifier.moment import Moment, is_within
from authsvc.verifier.policy import VerifierPolicy

_log = logging.getLogger("authsvc.verifier")

_MAX_BYTES = 8 * 1024 * 1024
_MAX_PAGES = 100
_CURRENT_FOR = 5
# Now and then all is read from the beginning: a database that was restored from a backup counts
# on from where it was then, and would have nothing new to tell for a while.
_ANEW_EVERY = timedelta(minutes=5)
# An ending is kept a little longer than it matters: clocks are set back, too.
_MARGIN = timedelta(minutes=1)
# The cursor is from another life of the server.
_FORGOTTEN = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY})


class _EndedSession(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sid: UUID
    expires_at: AwareDatetime


class _Page(BaseModel):
    model_config = ConfigDict(extra="ignore")

    cursor: Annotated[str, Field(min_length=1, max_length=1024)]
    items: list[_EndedSession]


class Revocations:
    """Ended sessions whose access tokens may still be in time. An entry goes when they are not."""

    def __init__(
        self,
        source: Source,
        url: str,
        client: tuple[str, str],
        policy: VerifierPolicy,
        clock: Clock,
    ) -> None:
        """Follow the feed at `url` with a client's name and secret."""
        self._source = source
        self._url = url
        self._auth = httpx.BasicAuth(*client)
        self._policy = policy
        self._clock = clock
        self._cursor: str | None = None
        self._ended: dict[UUID, datetime] = {}
        self._began: Moment | None = None
        self.read: Moment | None = None
        self.error: str | None = None

    def __contains__(self, session_id: UUID) -> bool:
        """Tell whether a session has ended."""
        return session_id in self._ended

    @property
    def count(self) -> int:
        """How many ended sessions are remembered."""
        return len(self._ended)

    @property
    def is_current(self) -> bool:
        """Whether the feed was read a moment ago."""
        budget = timedelta(seconds=_CURRENT_FOR * max(1.0, self._policy.poll_every))
        return is_within(self.read, budget, self._clock)

    @property
    def is_trusted(self) -> bool:
        """Whether a session that is not here may be taken to stand."""
        if self._policy.when_blind == "accept":
            return True
        return is_within(self.read, self._policy.blind_for, self._clock)

    async def follow(self) -> None:
        """Read what is new."""
        asked = Moment.of(self._clock)
        try:
            await self._read_on()
        except FetchFailed as fault:
            if fault.status in _FORGOTTEN:
                self._cursor = None
            if self.error is None:
                _log.warning("the revocation feed could not be read: %s", fault)
            self.error = str(fault)
            return
        if self.error:
            _log.info("the revocation feed is read again")
        self.read, self.error = asked, None

    async def _read_on(self) -> None:
        """Read page after page, until there is no more."""
        if not is_within(self._began, _ANEW_EVERY, self._clock):
            self._began, self._cursor = Moment.of(self._clock), None
            self._tidy()
        for _ in range(_MAX_PAGES):
            page = await self._page()
            self._take(page)
            is_last = not page.items or page.cursor == self._cursor
            self._cursor = page.cursor
            if is_last:
                return
        raise FetchFailed("has more to tell than can be read at once")

    async def _page(self) -> _Page:
        document = await self._source.get(
            self._url,
            at_most=_MAX_BYTES,
            parameters={"since": self._cursor} if self._cursor else None,
            auth=self._auth,
        )
        try:
            return _Page.model_validate_json(document.body)
        except ValidationError:
            raise FetchFailed("answered what is no page of the feed") from None

    def _take(self, page: _Page) -> None:
        horizon = self._horizon
        for item in page.items:
            if item.expires_at > horizon:
                known = self._ended.get(item.sid, item.expires_at)
                self._ended[item.sid] = max(known, item.expires_at)

    def _tidy(self) -> None:
        horizon = self._horizon
        self._ended = {sid: until for sid, until in self._ended.items() if until > horizon}

    @property
    def _horizon(self) -> datetime:
        return self._clock.now() - _MARGIN
