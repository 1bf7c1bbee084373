"""From the environment to settings that are safe to start with, or to a list of what is wrong."""

import gc
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError

from authsvc.app import create_app
from authsvc.core.logging import configure_logging
from authsvc.settings import PREFIX, Settings

_ENV_FILE = Path(".env")
# New objects, and collections before the next generation is looked through as well. With more of
# the latter, what a storm of sign-ins leaves behind stays for 70 MiB longer.
_COLLECTED_AFTER = (10_000, 2, 2)
_SECRET_FILE = "secret_key"


class InvalidSettings(Exception):
    """The service must not start like this.

    Attributes:
        faults: One plain line for each; they never repeat a value.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        """Refuse to start because of `faults`."""
        super().__init__("\n".join(faults))
        self.faults = faults


def load_settings(*, makes: bool = True) -> Settings:
    """Read the environment and `.env`, and check everything.

    Args:
        makes: Whether to make what is missing: the data directory, and in development a secret.
            Without it nothing is changed, and a missing secret is one for this once.

    Raises:
        InvalidSettings: With every fault at once.

    """
    try:
        faults = list(_unknown_names({**dotenv_values(_ENV_FILE), **os.environ}))
        settings = Settings(_env_file=_ENV_FILE)
    except (OSError, UnicodeDecodeError):
        raise InvalidSettings([f"{_ENV_FILE} cannot be read as UTF-8 text."]) from None
    except ValidationError as fault:
        raise InvalidSettings([*faults, *_reasons(fault)]) from None
    faults += settings.dangers()
    if faults:
        raise InvalidSettings(faults)
    needs_secret = not settings.secret_key.get_secret_value()
    if makes and (needs_secret or not settings.database_url):
        _make_directory(settings.data_dir)
    if needs_secret:
        secret = SecretStr(_kept_secret(settings.data_dir / _SECRET_FILE, makes=makes))
        settings = settings.model_copy(update={"secret_key": secret})
    return settings


def application() -> FastAPI:
    """Make the application from the environment: what uvicorn calls in each worker process."""
    settings = load_settings()
    configure_logging(settings.log_style)
    app = create_app(settings)
    # What is there by now stays: the collector need not go through all of it again and again.
    gc.collect()
    gc.freeze()
    # Requests drop what they make by themselves: what is left for the collector can wait longer.
    gc.set_threshold(*_COLLECTED_AFTER)
    return app


def _unknown_names(environment: Mapping[str, Any]) -> Iterator[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            yield f"{name} is not a setting of this service. Is it misspelt?"


def _reasons(fault: ValidationError) -> Iterable[str]:
    lines = (
        f"{PREFIX}{str(error['loc'][0]).upper()}: {error['msg'].removeprefix('Value error, ')}."
        for error in fault.errors(include_input=False, include_url=False)
    )
    # One for each setting that is wrong, not for each wrong entry of a list.
    return dict.fromkeys(lines)


def _make_directory(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        reason = f"{data_dir} cannot be made: {fault.strerror}. Set {PREFIX}DATA_DIR."
        raise InvalidSettings([reason]) from None


def _kept_secret(path: Path, *, makes: bool) -> str:
    """Return the secret kept in the data directory; make it on the first start.

    Raises:
        InvalidSettings: If others can read it, or the directory cannot be written.

    """
    try:
        if not path.exists():
            secret = secrets.token_urlsafe(48)
            if not makes:
                return secret
            _keep(secret, path)
        if path.stat().st_mode & 0o077:
            raise InvalidSettings([f"{path} can be read by others. Run: chmod 600 {path}"])
        secret = path.read_text().strip()
    except OSError as fault:
        reason = (
            f"{path} cannot be used: {fault.strerror}. Set {PREFIX}SECRET_KEY or {PREFIX}DATA_DIR."
        )
        raise InvalidSettings([reason]) from None
    if not secret:
        raise InvalidSettings([f"{path} is empty. Remove it, and a new secret is made."])
    return secret


def _keep(secret: str, path: Path) -> None:
    """Write a new secret, readable by its owner alone.

    Under its name it appears whole and once: of processes that start together one makes it, and
    the others find it.
    """
    descriptor, mine = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    try:
        os.link(mine, path)
    except FileExistsError:
        pass
    finally:
        Path(mine).unlink()
