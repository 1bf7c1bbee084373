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
        """Return the keys of one algorithm, the newest first."""
        statement = (
            select(SigningKeyRow)
            .where(SigningKeyRow.alg == alg)
            .order_by(col(SigningKeyRow.created_at).desc(), col(SigningKeyRow.kid))
        )
        return (await self._session.exec(statement)).all()

    async def add(self, row: SigningKeyRow) -> None:
        """Store a new key."""
        self._session.add(row)
        await self._session.flush()
