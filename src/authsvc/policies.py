"""What the rooms are told: small policies, each made from the settings that matter to it."""

from authsvc.core.secrets import ApplicationSecret
from authsvc.keys.plan import KeyPolicy
from authsvc.limits.service import LimitPolicy
from authsvc.sessions.service import SessionPolicy
from authsvc.settings import Settings
from authsvc.wellknown.metadata import ServerPolicy


def key_policy(settings: Settings) -> KeyPolicy:
    """How the key ring is kept."""
    return KeyPolicy(
        alg=settings.signing_alg,
        access_ttl=settings.access_token_ttl,
        rotation=settings.key_rotation,
        publish_ahead=settings.key_publish_ahead,
        file=settings.signing_key_file,
    )


def session_policy(settings: Settings) -> SessionPolicy:
    """How long sessions and their tokens last."""
    return SessionPolicy(
        idle_ttl=settings.session_idle_ttl,
        max_ttl=settings.session_max_ttl,
        access_ttl=settings.access_token_ttl,
        grace=settings.refresh_grace,
    )


def server_policy(settings: Settings) -> ServerPolicy:
    """What the metadata says of this server."""
    return ServerPolicy(
        issuer=settings.public_url,
        has_key_set=settings.signing_alg != "HS256",
        has_clients=bool(settings.clients),
    )


def secret(settings: Settings) -> ApplicationSecret:
    """The root of every other key."""
    previous = settings.secret_key_previous
    return ApplicationSecret(
        settings.secret_key.get_secret_value(),
        previous.get_secret_value() if previous else None,
    )


def limit_policy(settings: Settings) -> LimitPolicy:
    """How often anybody may try."""
    return LimitPolicy(
        tries=settings.limit_tries,
        failures_address=settings.limit_failures_address,
        failures_account_address=settings.limit_failures_account_address,
        failures_account=settings.limit_failures_account,
        failures_network=settings.limit_failures_network,
        blocks=settings.limit_blocks,
        sign_ups=settings.limit_sign_ups,
        sign_up_tries=settings.limit_sign_up_tries,
        refreshes=settings.limit_refreshes,
    )
