"""How Alembic reaches the database: always over a connection that it is given."""

from typing import Any

from alembic import context
from sqlalchemy import TypeDecorator

from gateway.migrations import VERSION_TABLE
from gateway.models import all_metadata


def render(kind: str, thing: Any, autogen: Any) -> Any:
    """Columns are written as the plain type the database has, so that old steps need no code of ours."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl_instance!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_metadata(),
    version_table=VERSION_TABLE,
    render_as_batch=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
