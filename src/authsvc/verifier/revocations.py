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
from authsvc.verifier.policy import VerifierPolicy, is_within

_log = logging.getLogger("authsvc.verifier")

_MAX_BYTES = 8 * 1024 * 1024
_MAX_PAGES = 100
_CURRENT_FOR = 5
_TIDY_EVERY = timedelta(minutes=1)
# The cursor is from another life of the server: begin anew.
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
        self._tidied_at: datetime | None = None
        self.read_at: datetime | None = None
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
        return is_within(self.read_at, budget, self._clock.now())

    @property
    def is_trusted(self) -> bool:
        """Whether a session that is not here may be taken to stand."""
        if self._policy.when_blind == "accept":
            return True
        return is_within(self.read_at, self._policy.blind_for, self._clock.now())

    async def follow(self) -> None:
        """Read what is new."""
        asked_at = self._clock.now()
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
        self.read_at, self.error = asked_at, None
        self._tidy()

    async def _read_on(self) -> None:
        """Read page after page, until one has nothing new."""
        for _ in range(_MAX_PAGES):
            page = await self._page()
            has_news = self._take(page)
            self._cursor = page.cursor
            if not has_news:
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

    def _take(self, page: _Page) -> bool:
        now, before = self._clock.now(), len(self._ended)
        for item in page.items:
            if item.expires_at > now:
                known = self._ended.get(item.sid, item.expires_at)
                self._ended[item.sid] = max(known, item.expires_at)
        return len(self._ended) > before

    def _tidy(self) -> None:
        now = self._clock.now()
        if is_within(self._tidied_at, _TIDY_EVERY, now):
            return
        self._tidied_at = now
        self._ended = {sid: until for sid, until in self._ended.items() if until > now}
