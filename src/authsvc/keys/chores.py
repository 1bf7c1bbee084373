"""Changes the ring, within one transaction and under its lock: what a plan says, and by hand."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import structlog

from authsvc.keys.material import make_key, prepare, verifying_material
from authsvc.keys.models import SigningKeyRow
from authsvc.keys.opening import OpenedKey
from authsvc.keys.plan import KeyPolicy, Plan
from authsvc.keys.repository import KeyRepository
from authsvc.keys.sealing import SealBroken, Sealer

_log = structlog.get_logger(__name__)


class Chores:
    """What can be done to the stored keys at one instant."""

    def __init__(
        self, repository: KeyRepository, sealer: Sealer, policy: KeyPolicy, now: datetime
    ) -> None:
        """Work through `repository` as of `now`."""
        self._repository = repository
        self._sealer = sealer
        self._policy = policy
        self._now = now

    async def carry_out(
        self, plan: Plan, opened: Mapping[str, OpenedKey], own: OpenedKey | None
    ) -> None:
        """Do what `plan` says. `opened` has every key that is left; `own` is the operator's."""
        for life in plan.drop:
            await self._repository.remove(life.row)
        for life in plan.erase:
            _log.info("signing_key_erased", kid=life.kid)
            half = verifying_material(opened[life.kid].verifying)
            life.row.sealed_key = self._sealer.seal(life.kid, half)
            life.row.erased_at = self._now
        for life in plan.lengthen:
            life.row.longest_ttl = self._policy.ttl_seconds
        if plan.bring_forward is not None:
            plan.bring_forward.row.signs_from = self._now
        if plan.adopts and own is not None:
            await self._adopt(own)
        if plan.make_in is not None:
            await self.make(plan.make_in)

    async def make(self, begins_in: timedelta) -> SigningKeyRow:
        """Make a key that is published now and signs after `begins_in`."""
        alg = self._policy.alg
        # In a thread: finding primes takes long, and requests go on meanwhile.
        material = await asyncio.to_thread(make_key, alg)
        kid = prepare(alg, material)[0].kid
        row = self._row(kid, material, signs_from=self._now + begins_in)
        await self._repository.add(row)
        _log.info("signing_key_created", kid=kid, alg=alg)
        return row

    def retire(self, row: SigningKeyRow) -> None:
        """Drop a key at once. Its row stays, so that it is never taken in again."""
        row.sealed_key = ""
        row.retired_at = row.erased_at = self._now
        _log.info("signing_key_retired", kid=row.kid, alg=row.alg)

    def reseal(self, rows: Iterable[SigningKeyRow]) -> None:
        """Seal under the current secret what an earlier one has sealed, as far as it opens."""
        count = 0
        for row in rows:
            if not self._sealer.is_stale(row.sealed_key):
                continue
            try:
                material = self._sealer.open(row.kid, row.sealed_key)
            except SealBroken:
                # Of another algorithm, or it would have stopped the start: it may wait.
                _log.warning("signing_key_unusable", kid=row.kid, alg=row.alg)
                continue
            row.sealed_key = self._sealer.seal(row.kid, material)
            count += 1
        if count:
            _log.info("signing_keys_resealed", count=count)

    async def _adopt(self, own: OpenedKey) -> None:
        """Take the operator's own key into the ring: only so much of it as verifies."""
        row = self._row(own.kid, verifying_material(own.verifying), signs_from=self._now)
        row.erased_at = None if self._policy.alg == "HS256" else self._now
        await self._repository.add(row)
        _log.info("signing_key_adopted", kid=row.kid, alg=row.alg)

    def _row(self, kid: str, material: bytes, *, signs_from: datetime) -> SigningKeyRow:
        return SigningKeyRow(
            kid=kid,
            alg=self._policy.alg,
            sealed_key=self._sealer.seal(kid, material),
            created_at=self._now,
            signs_from=signs_from,
            longest_ttl=self._policy.ttl_seconds,
        )
