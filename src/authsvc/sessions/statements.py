"""The updates that every refresh runs, built once: building one takes as long as running it.

`SessionRepository` says what they do and gives them their values.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, bindparam, case
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col, update

from authsvc.core.model import Instant
from authsvc.sessions.models import Session


def live(now: datetime | BindParameter[datetime]) -> Sequence[ColumnElement[bool]]:
    """Return what is true of sessions that have neither been ended nor expired."""
    return (col(Session.ended_at).is_(None), col(Session.expires_at) > now)


def _advancing(**values: object) -> ReturningUpdate[Session]:
    """Prepare an update of a live session of one generation. Other columns keep what they hold."""
    later = bindparam("access_expires_at", type_=Instant())
    stored = col(Session.access_expires_at)
    return (
        update(Session)
        .where(
            col(Session.id) == bindparam("of_id"),
            col(Session.generation) == bindparam("of_generation"),
            *live(bindparam("now", type_=Instant())),
        )
        .values(**values, access_expires_at=case((stored > later, stored), else_=later))
        .returning(Session)
        # Rows read before are replaced by what comes back; nothing is to be worked out for them.
        .execution_options(synchronize_session=False, populate_existing=True)
    )


ROTATE = _advancing(
    generation=col(Session.generation) + 1,
    rotated_at=bindparam("now"),
    last_used_at=bindparam("now"),
    ip=bindparam("ip"),
    user_agent=bindparam("user_agent"),
    expires_at=bindparam("expires_at"),
)
KEEP = _advancing()
