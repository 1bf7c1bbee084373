"""The credential service: signs people up and checks their passwords.

A slot for the hash is taken before anything is looked up: a thousand who come together do not queue
for the database first. No connection is held while a password is hashed: look-ups happen in a read
of their own before, writes in the request's transaction after.
"""

import hmac
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from uuid import UUID, uuid4

import structlog

from authsvc.core.address import Source
from authsvc.core.clock import Clock
from authsvc.core.database import Database
from authsvc.core.secrets import ApplicationSecret
from authsvc.credentials.errors import InvalidCredentials, RegistrationClosed, WrongPassword
from authsvc.credentials.known_places import KnownPlaces
from authsvc.credentials.single_flight import SingleFlight
from authsvc.limits.service import Limiter
from authsvc.passwords.service import PasswordService
from authsvc.users.errors import EmailTaken
from authsvc.users.lookups import EmailLookups
from authsvc.users.models import User
from authsvc.users.repository import UserRepository

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CredentialTools:
    """What the credential services of all requests share."""

    database: Database
    lookups: EmailLookups
    passwords: PasswordService
    limiter: Limiter
    known_places: KnownPlaces
    clock: Clock
    secret: ApplicationSecret
    sign_ups: SingleFlight
    is_registration_open: bool = True


class CredentialService:
    """Signs up and authenticates within one request's transaction."""

    def __init__(self, users: UserRepository, tools: CredentialTools) -> None:
        """Write through `users`, which belongs to the request's transaction."""
        self._users = users
        self._tools = tools

    async def register(self, email: str, password: str, name: str | None, source: Source) -> User:
        """Sign a person up.

        Args:
            email: In canonical form.
            password: As it was typed.
            name: What to call them.
            source: Where they come from.

        Raises:
            RegistrationClosed: If the operator has closed sign-up.
            TooManyAttempts: If too many sign up from there.
            WeakPassword: If the password is too easy to guess.
            EmailTaken: If the address is registered.
            Busy: If too many passwords are waiting to be hashed.

        """
        if not self._tools.is_registration_open:
            raise RegistrationClosed
        await self._tools.limiter.sign_up_try(source)
        return await self.create(email, password, name, source=source)

    async def create(
        self,
        email: str,
        password: str,
        name: str | None,
        roles: Sequence[str] = (),
        *,
        source: Source | None = None,
    ) -> User:
        """Make an account, also where sign-up is closed. Raises what `register` raises."""
        self._tools.passwords.policy.check(password, email=email, name=name)
        # One at a time for each address: of fifty at once one is hashed, the others find it taken,
        # took no slot and count for no account. Between processes the constraint decides.
        async with self._tools.sign_ups.of(email):
            with self._tools.passwords.slot(source.place if source else "") as slot:
                if await self._tools.lookups.get(email):
                    raise EmailTaken
                async with self._tools.limiter.sign_up(source):
                    password_hash = await self._tools.passwords.hash(password, slot)
                    return await self.add(email, password_hash, name, roles)

    async def add(
        self, email: str, password_hash: str, name: str | None, roles: Sequence[str] = ()
    ) -> User:
        """Store an account with a hash that exists already.

        Raises:
            EmailTaken: If the address is registered.

        """
        now = self._tools.clock.now()
        user = User(
            id=uuid4(),
            email=email,
            name=name,
            password_hash=password_hash,
            roles=list(roles),
            created_at=now,
            updated_at=now,
        )
        await self._users.add(user)
        _log.info("signed_up", user_id=user.id, account=self._account(email))
        return user

    async def set_password(self, user: User, password: str, place: str = "") -> None:
        """Give a user, as they were read, a new password. The caller ends their sessions after it.

        Raises:
            WeakPassword: If the password is too easy to guess.
            WrongPassword: If it was changed since the user was read.
            Busy: If too many passwords are waiting to be hashed.

        """
        self._tools.passwords.policy.check(password, email=user.email, name=user.name)
        with self._tools.passwords.slot(place) as slot:
            password_hash = await self._tools.passwords.hash(password, slot)
        now = self._tools.clock.now()
        if not await self._users.set_password(
            user.id, user.password_generation, password_hash, now
        ):
            raise WrongPassword("The password was changed meanwhile.")
        _log.info("password_set", user_id=user.id)

    async def confirm(self, user_id: UUID, password: str, source: Source) -> User:
        """Ask somebody who is signed in for their password again.

        Raises:
            WrongPassword: If it is another, or the user is gone.
            TooManyAttempts: If too many were wrong before, here or in signing in.
            Busy: If too many passwords are waiting to be hashed.

        """
        # The limiter knows accounts by their addresses. So here the look-up comes before it, and
        # the slot before both.
        with self._tools.passwords.slot(source.place) as slot:
            async with self._tools.database.reading() as session:
                user = await UserRepository(session).get(user_id)
            async with self._attempt(user.email if user else str(user_id), source):
                stored = user.password_hash if user else None
                verdict = await self._tools.passwords.verify(password, stored, slot)
                if user is None or not verdict.is_right:
                    _log.info("reauthentication_failed", user_id=user_id)
                    raise WrongPassword
        return user

    async def authenticate(self, email: str, password: str, source: Source) -> User:
        """Return the user whose e-mail and password these are, asked from `source`.

        Raises:
            InvalidCredentials: In every other case, after the same work.
            TooManyAttempts: If too many were wrong before. Nothing is looked at then.
            Busy: If too many passwords are waiting to be hashed.

        """
        async with self._attempt(email, source):
            return await self._authenticated(email, password, source.place)

    async def _authenticated(self, email: str, password: str, place: str) -> User:
        with self._tools.passwords.slot(place) as slot:
            user = await self._tools.lookups.get(email)
            stored = user.password_hash if user else None
            verdict = await self._tools.passwords.verify(password, stored, slot)
        if user is None or not verdict.is_right or not user.is_active:
            reason = "unknown" if user is None else "disabled" if verdict.is_right else "password"
            _log.info("login_failed", reason=reason, account=self._account(email))
            raise InvalidCredentials
        if verdict.better_hash:
            await self._users.replace_hash(user.id, user.password_hash, verdict.better_hash)
            _log.info("password_rehashed", user_id=user.id)
        return user

    def _attempt(self, email: str, source: Source) -> AbstractAsyncContextManager[None]:
        is_known = partial(self._tools.known_places.include, source, email)
        return self._tools.limiter.attempt(source, email, is_known)

    def _account(self, email: str) -> str:
        """Name an account in the log so that lines can be matched, and the address not be read."""
        key = self._tools.secret.derive("log/account")[0]
        return hmac.new(key, email.encode(), sha256).hexdigest()[:12]
