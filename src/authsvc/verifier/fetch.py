"""Asks authsvc for a document: bounded in size and time, and never sent elsewhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx


class FetchFailed(Exception):
    """There is no document.

    Attributes:
        status: The HTTP status that came instead, if one did.
    """

    def __init__(self, reason: str, status: int | None = None) -> None:
        """Fail for `reason`, which repeats nothing of what was sent or answered."""
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Document:
    """A document and the headers it came with."""

    body: bytes
    headers: Mapping[str, str]


class Source:
    """Where documents come from; open between `open` and `close`."""

    def __init__(self, timeout: float, transport: httpx.AsyncBaseTransport | None) -> None:
        """Wait `timeout` seconds for a document as a whole. A transport brings its own TLS."""
        self._timeout = timeout
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    def open(self) -> None:
        """Make ready to ask."""
        self._client = httpx.AsyncClient(
            transport=self._transport,
            # A redirect would have us trust, and show our credentials to, whoever it names.
            follow_redirects=False,
            timeout=self._timeout,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        """Give the connections back."""
        if self._client:
            await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        at_most: int,
        parameters: Mapping[str, str] | None = None,
        auth: httpx.BasicAuth | None = None,
    ) -> Document:
        """Fetch a document of `at_most` bytes.

        Raises:
            FetchFailed: If it is not there, too large, or not there in time.

        """
        if self._client is None:
            raise FetchFailed("is not open")
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("GET", url, params=parameters, auth=auth) as response,
            ):
                if response.status_code != HTTPStatus.OK:
                    raise FetchFailed(f"answered {response.status_code}", response.status_code)
                return Document(await _read(response, at_most), response.headers)
        except TimeoutError:
            raise FetchFailed("did not answer in time") from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as fault:
            raise FetchFailed(f"did not answer ({type(fault).__name__})") from None


async def _read(response: httpx.Response, at_most: int) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        # A few compressed bytes can be a great many.
        raise FetchFailed("answered in an encoding")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > at_most:
            raise FetchFailed("answered too much")
    return bytes(body)
