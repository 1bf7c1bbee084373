"""Every AUTHSVC_* variable and what it may hold. `boot.py` reads them, once, at the start.

Only the composition and the edge import this; rooms are handed the few values they need.
"""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from authsvc.core.engines import DatabaseAddress
from authsvc.core.values import (
    CommaSeparated,
    Duration,
    Network,
    Origin,
    OriginOrAny,
    Rate,
    between,
    check_valkey,
    zero_or,
)
from authsvc.tokens.keyring import Algorithm

PREFIX = "AUTHSVC_"
_HOW_TO_MAKE_ONE = "Make one with: openssl rand -base64 48"
_SHORTEST_SECRET = 32
_FEWEST_DIFFERENT = 10
_PLACEHOLDER = re.compile(
    r"change.?(me|this|it)|placeholder|your.?secret|secret.?key|example|replace.?(me|this)|insecure",
    re.IGNORECASE,
)
_PORT = re.compile(r":[0-9]+$")
_DEFAULT_PASSWORDS = frozenset(
    {"", "postgres", "password", "admin", "root", "authsvc", "changeme", "secret"}
)


def _limit_storage(text: str) -> str:
    if text == "memory://":
        return text
    if not text.startswith(("valkey://", "valkeys://", "redis://", "rediss://")):
        raise ValueError("must be memory:// or valkey://host:port")
    return check_valkey(text)


def _is_placeholder(secret: str) -> bool:
    return len(set(secret)) < _FEWEST_DIFFERENT or _PLACEHOLDER.search(secret) is not None


def _database(text: str) -> str:
    if text:
        DatabaseAddress.parse(text)
    return text


def _client(value: object) -> object:
    if isinstance(value, str):
        name, _, secret = value.partition(":")
        if not name or not secret or not value.isascii() or not value.isprintable():
            raise ValueError("must be name:secret, both in plain characters")
    return value


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


ListOfNames = Annotated[tuple[str, ...], NoDecode, CommaSeparated]
ListOfOrigins = Annotated[tuple[OriginOrAny, ...], NoDecode, CommaSeparated]
ListOfNetworks = Annotated[tuple[Network, ...], NoDecode, CommaSeparated]
Client = Annotated[SecretStr, BeforeValidator(_client)]
ListOfClients = Annotated[tuple[Client, ...], NoDecode, CommaSeparated]
_SECOND, _MINUTE, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
ListOfDurations = Annotated[
    tuple[Annotated[Duration, between(_SECOND, _DAY)], ...],
    NoDecode,
    CommaSeparated,
    Field(min_length=1),
]
LimitStorage = Annotated[str, AfterValidator(_limit_storage)]


class Settings(BaseSettings):
    """The service's configuration. Field names are the variables' names without the prefix."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    env: Literal["development", "production"] = "development"
    public_url: Origin = "http://localhost:8000"
    data_dir: Path = Path(".authsvc")
    database_url: Annotated[str, AfterValidator(_database)] = Field(default="", repr=False)

    secret_key: SecretStr = SecretStr("")
    secret_key_previous: SecretStr | None = None
    signing_alg: Algorithm = "ES256"
    signing_key_file: Path | None = None
    key_rotation: Annotated[Duration, zero_or(_DAY, 400 * _DAY)] = 30 * _DAY
    key_publish_ahead: Annotated[Duration, between(3 * _SECOND, _DAY)] = 10 * _MINUTE

    access_token_ttl: Annotated[Duration, between(_SECOND, _DAY)] = 15 * _MINUTE
    session_idle_ttl: Annotated[Duration, between(_SECOND, 400 * _DAY)] = 7 * _DAY
    session_max_ttl: Annotated[Duration, between(_SECOND, 400 * _DAY)] = 30 * _DAY
    refresh_grace: Annotated[Duration, between(0 * _SECOND, 5 * _MINUTE)] = 30 * _SECOND

    registration: Literal["open", "closed"] = "open"
    password_grant: bool = True
    password_min_length: Annotated[int, Field(ge=8, le=64)] = 8
    docs_access: Literal["signed-in", "public", "off"] = "signed-in"
    playground: Literal["on", "off"] | None = None

    allowed_origins: ListOfOrigins = ()
    allowed_hosts: ListOfNames = ()
    trusted_proxies: ListOfNetworks = ()

    hash_concurrency: Annotated[int, Field(ge=1, le=256)] = Field(default_factory=_cores)
    hash_queue: Annotated[int, Field(ge=0, le=10_000)] = 32

    rate_limit_storage: LimitStorage = Field("memory://", repr=False)
    limit_tries: Rate = "30/minute"
    limit_failures_address: Rate = "10/minute"
    limit_failures_account_address: Rate = "5/5minutes"
    limit_failures_account: Rate = "50/hour"
    limit_failures_network: Rate = "100/10minutes"
    limit_blocks: ListOfDurations = (_MINUTE, 10 * _MINUTE, 60 * _MINUTE)
    limit_sign_ups: Rate = "20/hour"
    limit_sign_up_tries: Rate = "200/hour"
    limit_refreshes: Rate = "30/minute"
    clients: ListOfClients = ()
    metrics_token: SecretStr | None = None
    log_format: Literal["console", "json"] | None = None

    @property
    def is_production(self) -> bool:
        """Whether real users are served."""
        return self.env == "production"

    @property
    def is_https(self) -> bool:
        """Whether clients reach the service over TLS."""
        return self.public_url.startswith("https://")

    @property
    def log_style(self) -> Literal["console", "json"]:
        """How logs look: for people in development, for machines in production."""
        return self.log_format or ("json" if self.is_production else "console")

    @property
    def has_playground(self) -> bool:
        """Whether `GET /` shows what happens behind the scenes: by default in development only."""
        return self.playground == "on" if self.playground else not self.is_production

    @property
    def database(self) -> str:
        """The database's address; without one, a SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir / 'authsvc.db'}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts to answer for, lower-case and without port."""
        if self.allowed_hosts:
            return tuple(host.lower() for host in self.allowed_hosts)
        if not self.is_production:
            return ("*",)
        return (_PORT.sub("", self.public_url.partition("://")[2]),)

    def dangers(self) -> Iterator[str]:
        """Say what must not be so in production, a line for each fault. Empty in development."""
        if not self.is_production:
            return
        secret = self.secret_key.get_secret_value()
        if not secret:
            yield f"{PREFIX}SECRET_KEY is missing. {_HOW_TO_MAKE_ONE}"
        elif len(secret) < _SHORTEST_SECRET:
            yield f"{PREFIX}SECRET_KEY is shorter than {_SHORTEST_SECRET} characters."
        elif _is_placeholder(secret):
            yield f"{PREFIX}SECRET_KEY looks like a placeholder. {_HOW_TO_MAKE_ONE}"
        if not self.is_https:
            yield f"{PREFIX}PUBLIC_URL must begin with https:// in production."
        secrets = (client.get_secret_value().partition(":")[2] for client in self.clients)
        if any(len(secret) < _SHORTEST_SECRET for secret in secrets):
            yield f"{PREFIX}CLIENTS has a secret shorter than {_SHORTEST_SECRET} characters."
        token = self.metrics_token
        if token is not None and len(token.get_secret_value()) < _SHORTEST_SECRET:
            yield f"{PREFIX}METRICS_TOKEN is shorter than {_SHORTEST_SECRET} characters."
        if "*" in self.allowed_origins:
            yield f"{PREFIX}ALLOWED_ORIGINS holds *: name the origins whose pages may use cookies."
        address = DatabaseAddress.parse(self.database)
        if address.file is None and address.password in _DEFAULT_PASSWORDS:
            yield f"{PREFIX}DATABASE_URL has no password, or one that everybody knows."
