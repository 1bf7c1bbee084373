"""`Problem`: an expected refusal that knows its own HTTP answer, and the ones common to all rooms.

A room states its refusals in its own `errors.py` as subclasses. They are raised anywhere and
written in one place, `core/refusals.py`. The tree:

    Problem
    ├── MalformedBody BodyTooLarge UnsupportedMediaType HeadersTooLarge ValidationFailed
    ├── RequestTimeout UnknownHost NotFound MethodNotAllowed
    └── InternalError Unavailable Busy
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar


class Problem(Exception):
    """A refusal in the terms of RFC 9457.

    Class attributes:
        status: The HTTP status code.
        slug: The last segment of the problem's `type`; stable, clients branch on it.
        title: A short summary, the same for every occurrence.
        detail: What the client reads unless the raiser says something more exact. Never a secret.
        advice: One or two sentences for `/problems/{slug}`: when it happens and what to do.
        headers: Response headers that belong to the refusal.
        keeps_writes: Whether the writes of the request's transaction are committed all the same.
        oauth_code: The `error` it is at an OAuth endpoint (RFC 6749 §5.2); by default its status
            decides.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = ""
    title: ClassVar[str] = ""
    detail: str = ""
    advice: ClassVar[str] = ""
    headers: Mapping[str, str] = {}
    keeps_writes: ClassVar[bool] = False
    oauth_code: ClassVar[str] = ""
    errors: Sequence[Mapping[str, str]] = ()

    def __init__(
        self,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Refuse, with a more exact detail, further headers, or `{pointer, message}` pairs."""
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail
        self.headers = {**type(self).headers, **(headers or {})}
        self.errors = errors

    @classmethod
    def kinds(cls) -> Iterator[type["Problem"]]:
        """Yield every named kind of refusal that the imported rooms define, each once."""
        for kind in cls.__subclasses__():
            if kind.slug and "slug" in vars(kind):
                yield kind
            yield from kind.kinds()


class MalformedBody(Problem):
    """The body cannot be read as strict JSON, or as a form where a form is asked for."""

    status, slug, title = 400, "malformed-body", "The body cannot be read"
    detail = "The body is not valid JSON."
    advice = (
        "Send one JSON document in UTF-8, without duplicate members, NaN, a byte-order mark, "
        "or more than 32 levels of nesting."
    )


class UnknownHost(Problem):
    """The Host header names a host that this service does not answer for."""

    status, slug, title = 400, "unknown-host", "Unknown host"
    detail = "This service does not answer for the host that the request names."
    advice = "Use the public address, or have the operator list the host in AUTHSVC_ALLOWED_HOSTS."


class NotFound(Problem):
    """There is nothing at this path."""

    status, slug, title = 404, "not-found", "Not found"
    detail = "There is nothing here."
    advice = "Check the path: it is compared exactly, and a slash at the end makes another path."


class MethodNotAllowed(Problem):
    """The path exists, the method does not."""

    status, slug, title = 405, "method-not-allowed", "Method not allowed"
    detail = "This path does not answer that method."
    advice = "The `Allow` header of the answer lists the methods that the path has."


class RequestTimeout(Problem):
    """The body did not come within the time that any client here needs."""

    status, slug, title = 408, "request-timeout", "The request took too long"
    detail = "The body of the request did not come within 10 seconds."
    advice = "Send the whole body at once, on a new connection. Nothing of it was used."


class BodyTooLarge(Problem):
    """The body is longer than any request here needs."""

    status, slug, title = 413, "body-too-large", "The body is too large"
    detail = "A request body may be 16 KiB at most."
    advice = "No request of this service needs more than 16 KiB. Nothing of the body was used."


class UnsupportedMediaType(Problem):
    """The body's media type or encoding is not the one this path takes."""

    status, slug, title = 415, "unsupported-media-type", "Unsupported media type"
    detail = "This path takes application/json."
    advice = (
        "Send `Content-Type: application/json`; the OAuth endpoints take "
        "`application/x-www-form-urlencoded`. Compressed bodies are not taken."
    )


class ValidationFailed(Problem):
    """The request is well-formed, but a value in it is not acceptable."""

    status, slug, title = 422, "validation-failed", "The request is not valid"
    detail = "At least one value is missing, unknown or not acceptable."
    advice = (
        "Each entry of `errors` points (RFC 6901) at one value and says what is wrong with it. "
        "Values are never repeated in the answer."
    )


class HeadersTooLarge(Problem):
    """The request's headers are longer than any client here needs."""

    status, slug, title = 431, "headers-too-large", "The headers are too large"
    detail = "All request headers together may be 16 KiB at most."
    advice = "Often too many cookies for one host. Clear them, or send fewer headers."


class InternalError(Problem):
    """Something unexpected; the log has it under the request id."""

    status, slug, title = 500, "internal-error", "Internal error"
    detail = "Something went wrong here. It was logged under the request id."
    advice = "Report it to the operator together with the `request_id` of the answer."


class Unavailable(Problem):
    """A part this service depends on does not answer."""

    status, slug, title = 503, "unavailable", "Service unavailable"
    detail = "A part this service depends on does not answer. Nothing was changed."
    advice = "Try again after the seconds named in `Retry-After`."
    headers: Mapping[str, str] = {"Retry-After": "2"}


class Busy(Problem):
    """More passwords are waiting to be hashed, or more connections are open, than is allowed."""

    status, slug, title = 503, "busy", "Busy"
    detail = "Too many sign-ins at this moment. Nothing was checked or changed."
    advice = "Try again after the seconds named in `Retry-After`."
    headers: Mapping[str, str] = {"Retry-After": "1"}
