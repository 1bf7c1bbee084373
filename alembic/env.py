"""Runs the migrations on the connection that `authsvc.core.migrations` has opened."""

from alembic import context

from authsvc.tables import metadata

# There is no offline mode and no alembic.ini: `authsvc migrate` is the one way in.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a column by rebuilding its table.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
