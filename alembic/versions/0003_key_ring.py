"""Signing keys with the instants of their life: when they sign, are erased, are retired."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the instants. The keys that are there sign, in the order they were made."""
    with op.batch_alter_table("signing_keys") as table:
        table.add_column(sa.Column("signs_from", _INSTANT, nullable=True))
        table.add_column(sa.Column("longest_ttl", sa.Integer(), nullable=True))
        table.add_column(sa.Column("erased_at", _INSTANT, nullable=True))
        table.add_column(sa.Column("retired_at", _INSTANT, nullable=True))
    # How long their tokens last nobody wrote down: a day is the longest that any can.
    op.execute("UPDATE signing_keys SET signs_from = created_at, longest_ttl = 86400")
    with op.batch_alter_table("signing_keys") as table:
        table.alter_column("signs_from", existing_type=_INSTANT, nullable=False)
        table.alter_column("longest_ttl", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    """Take them away again, with the keys that could not sign."""
    op.execute("DELETE FROM signing_keys WHERE erased_at IS NOT NULL OR retired_at IS NOT NULL")
    with op.batch_alter_table("signing_keys") as table:
        for name in ("retired_at", "erased_at", "longest_ttl", "signs_from"):
            table.drop_column(name)
