"""Reads a signing key of the operator's own, as PEM or JWK, from a file that is theirs alone."""

import os
import stat
from pathlib import Path

from authsvc.core import strict_json
from authsvc.keys.errors import KeyUnusable
from authsvc.keys.jwk import from_jwk
from authsvc.keys.opening import OpenedKey, open_material
from authsvc.tokens.keyring import Algorithm

_LONGEST_FILE = 64 * 1024
_SETTING = "AUTHSVC_SIGNING_KEY_FILE"


def read_key_file(path: Path, alg: Algorithm) -> OpenedKey:
    """Read and try the key in a file.

    Raises:
        KeyUnusable: If the file cannot be read, is open to others, or holds no such key. The
            message repeats nothing of what is in it.

    """
    try:
        return open_material(alg, _material(_read(path), alg))
    except OSError as fault:
        raise KeyUnusable(f"{_SETTING}: {path} cannot be read: {fault.strerror}.") from None
    except (ValueError, TypeError) as fault:
        raise KeyUnusable(f"{_SETTING}: {path} is not usable: {fault}.") from None


def is_open_to_others(mode: int, owner: int, reader: int) -> bool:
    """Tell whether a file of that mode and owner can be read or changed by anybody else.

    A file that is not the reader's own is read by way of its group. That is how secrets are
    mounted into containers (root's, mode 0440, the container's group), and the one case in which
    a group may read.
    """
    bits = stat.S_IMODE(mode) & 0o077
    allowed = 0 if owner == reader else stat.S_IRGRP
    return bool(bits & ~allowed)


def _read(path: Path) -> bytes:
    # Asked of the opened file, so that it is the one that is read; and without waiting for a
    # writer, in case it is a pipe.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is not a file")
        if is_open_to_others(found.st_mode, found.st_uid, os.geteuid()):
            raise ValueError(f"it is open to others. Run: chmod 600 {path}")
        if found.st_size > _LONGEST_FILE:
            raise ValueError("it is longer than any key")
        return os.read(descriptor, _LONGEST_FILE)
    finally:
        os.close(descriptor)


def _material(content: bytes, alg: Algorithm) -> bytes:
    text = content.strip()
    if text.startswith(b"{"):
        try:
            return from_jwk(strict_json.loads(text, max_depth=8), alg)
        except strict_json.StrictJSONError as fault:
            raise ValueError(f"it is no JSON that can be relied on: {fault}") from None
    if b"-----BEGIN" not in text:
        raise ValueError("it is neither PEM nor a JWK")
    if alg == "HS256":
        raise ValueError("HS256 needs a JWK whose kty is oct")
    if b"PRIVATE KEY-----" not in text:
        raise ValueError("it holds no private key")
    return text
