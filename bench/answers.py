"""HTTP/1.1 for the load: requests built once, answers read just far enough to be checked."""

from collections.abc import Mapping

_STATUS = slice(9, 12)
_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"
_CHUNKED = b"\r\ntransfer-encoding: chunked"
_LAST_CHUNK = b"0\r\n\r\n"


def request(
    method: str,
    path: str,
    *,
    host: str = "localhost",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> bytes:
    """Build a request for a connection that is kept open."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_answer(data: bytes) -> tuple[int, bytes] | None:
    """Return status and body of an answer, or None while some of it is missing.

    There is never more than one answer on its way, so what came is this one or its beginning. A
    chunked body is returned with its frames.
    """
    end = data.find(_END)
    if end < 0:
        return None
    status = int(data[_STATUS])
    head = data[: end + 2].lower()
    begin = end + len(_END)
    at = head.find(_LENGTH)
    if at >= 0:
        start = at + len(_LENGTH)
        stop = begin + int(head[start : head.find(b"\r\n", start)])
        return None if len(data) < stop else (status, data[begin:stop])
    if _CHUNKED in head:
        return (status, data[begin:]) if data.endswith(_LAST_CHUNK, begin) else None
    return status, b""
