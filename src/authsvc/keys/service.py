"""The key ring of a process: opened at the start, then kept in step with database and clock.

Whatever there is to do for the ring (`plan.py`) the first process that notices does, alone.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

import structlog

from authsvc.core.clock import Clock
from authsvc.core.database import Database, take_turn, try_turn
from authsvc.keys.chores import Chores
from authsvc.keys.errors import KeyUnusable
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.opened import OpenedKeys
from authsvc.keys.opening import OpenedKey
from authsvc.keys.own_key import read_key_file
from authsvc.keys.plan import KeyPolicy, Plan, make_plan
from authsvc.keys.repository import KeyRepository
from authsvc.keys.sealing import Sealer
from authsvc.keys.view import Keys, view
from authsvc.tokens.keyring import KeyRing, SigningKey

_log = structlog.get_logger(__name__)

# Seconds. A process notices so soon what others have done to the ring.
POLL = 1.0
LOCK = "signing-keys"


class KeyService:
    """The keys of one algorithm: rings are never mixed, so that no token can choose its own."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        clock: Clock,
        policy: KeyPolicy,
        use: Callable[[KeyRing, SigningKey | None], None],
    ) -> None:
        """Keep keys in `database`; hand ring and signing key to `use` whenever they change."""
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._policy = policy
        self._use = use
        self._own: OpenedKey | None = None
        self._rows: Sequence[SigningKeyRow] = ()
        self._opened = OpenedKeys(policy.alg, sealer)
        self._looking = asyncio.Lock()
        self._current: Keys | None = None

    @property
    def current(self) -> Keys:
        """What is in use. Only after `open`."""
        if self._current is None:
            raise RuntimeError("the key ring is not open")
        return self._current

    @property
    def needs_previous_secret(self) -> bool:
        """Whether a key of the ring is still sealed under it, or in a form that does not say."""
        return any(self._sealer.is_stale(row.sealed_key) for row in self._rows)

    async def load(self) -> Keys | None:
        """Open what there is and return it, without changing or using it. None if there is nothing.

        Raises:
            KeyUnusable: If a key cannot be opened, is not what it says, or must not be used.
            Unavailable: If the database does not answer.

        """
        file = self._policy.file
        self._own = read_key_file(file, self._policy.alg) if file else None
        self._rows = await self._read()
        if self._own is not None and self._usable_own(self._rows) is None:
            raise KeyUnusable(
                f"AUTHSVC_SIGNING_KEY_FILE: the key in {file}, {self._own.kid}, is retired: "
                "nothing that it signs is accepted. Put another key there."
            )
        self._opened.open_all(self._rows)
        keys = self._view()
        return keys if keys.members else None

    async def open(self) -> None:
        """Open the ring and use it; make the first key, and seal anew under a new secret.

        Raises:
            KeyUnusable: As `load`. No new key is ever made over one that cannot be opened.
            Unavailable: If the database does not answer.

        """
        await self.load()
        await self._do_chores(starts=True)
        self._apply()

    async def follow(self) -> None:
        """Notice what others have changed and what time has brought; do what is to be done.

        Raises:
            Unavailable: If the database does not answer. What is in use stays in use, and keys
                begin and end on time all the same.

        """
        async with self._looking:
            try:
                self._rows = await self._read()
                if self._opened.take_in(self._rows) and self._is_work_due():
                    # What does not open there has come between, and is told by the next look.
                    with contextlib.suppress(KeyUnusable):
                        await self._do_chores()
            finally:
                self._apply()

    async def _read(self) -> Sequence[SigningKeyRow]:
        async with self._database.reading() as session:
            return await KeyRepository(session).of_algorithm(self._policy.alg)

    def _usable_own(self, rows: Sequence[SigningKeyRow]) -> OpenedKey | None:
        own = self._own
        is_retired = own and any(row.kid == own.kid and row.retired_at for row in rows)
        return None if is_retired else own

    def _plan(self, rows: Sequence[SigningKeyRow], *, starts: bool = False) -> Plan:
        own = self._usable_own(rows)
        own_kid = own.kid if own else None
        now = self._clock.now()
        return make_plan(rows, self._policy, now, own_kid=own_kid, starts=starts)

    def _is_work_due(self) -> bool:
        return self.needs_previous_secret or not self._plan(self._rows).is_empty

    async def _do_chores(self, *, starts: bool = False) -> None:
        async with self._database.writing() as session:
            if starts:
                await take_turn(session, LOCK)
            elif not await try_turn(session, LOCK):
                return
            repository = KeyRepository(session)
            everything = await repository.every()
            rows = [row for row in everything if row.alg == self._policy.alg]
            self._opened.open_all(rows)
            plan, own = self._plan(rows, starts=starts), self._usable_own(rows)
            chores = Chores(repository, self._sealer, self._policy, self._clock.now())
            chores.reseal(everything)
            await chores.carry_out(plan, self._opened.by_kid, own)
            rows = [*await repository.of_algorithm(self._policy.alg)]
        # Only now: what is not committed is nobody's.
        self._rows = rows
        self._opened.take_in(rows)

    def _view(self) -> Keys:
        own, now = self._usable_own(self._rows), self._clock.now()
        return view(self._rows, self._opened.by_kid, own, now)

    def _apply(self) -> None:
        before, keys = self._current, self._view()
        if keys == before:
            return
        self._current = keys
        self._use(keys.ring, keys.signing)
        left = {kid for kid, _ in keys.members}
        for kid, _ in before.members if before else ():
            if kid not in left:
                _log.info("signing_key_gone", kid=kid, alg=self._policy.alg)
        if keys.kid is None:
            _log.error("signing_key_missing", alg=self._policy.alg)
        elif before is None or keys.kid != before.kid:
            _log.info("signing_key_in_use", kid=keys.kid, alg=self._policy.alg)
