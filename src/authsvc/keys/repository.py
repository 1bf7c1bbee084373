"""SQL for signing keys."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from authsvc.keys.models import SigningKeyRow


class KeyRepository:
    """Reads and writes the table `signing_keys` within one session."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within `session`."""
        self._session = session

    async def of_algorithm(self, alg: str) -> Sequence[SigningKeyRow]:
        """Return the keys of one algorithm, also the retired ones, in no order."""
        statement = select(SigningKeyRow).where(SigningKeyRow.alg == alg)
        return (await self._session.exec(statement)).all()

    async def every(self) -> Sequence[SigningKeyRow]:
        """Return all keys, the oldest first."""
        statement = select(SigningKeyRow).order_by(
            col(SigningKeyRow.created_at), col(SigningKeyRow.kid)
        )
        return (await self._session.exec(statement)).all()

    async def get(self, kid: str) -> SigningKeyRow | None:
        """Return one key."""
        return await self._session.get(SigningKeyRow, kid)

    async def add(self, row: SigningKeyRow) -> None:
        """Store a new key."""
        self._session.add(row)
        await self._session.flush()

    async def remove(self, row: SigningKeyRow) -> None:
        """Delete a key."""
        await self._session.delete(row)
        await self._session.flush()
