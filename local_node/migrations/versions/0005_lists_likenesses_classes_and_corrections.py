"""Saved filters, records told apart, classes of the office's own, corrections of files, and what the set-up asks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from local_node.alike.rules import skeleton

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go to this version."""
    _tables()
    _columns()
    _fill("right_owner_name", ("first_name", "name"))
    _fill("work_title", ("text",))


def _tables() -> None:
    op.create_table(
        "told_apart",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("first", sa.String(length=36), nullable=False),
        sa.Column("second", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("kind", "first", "second", name=op.f("pk_told_apart")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
    )
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_filter_list"), ["list"], unique=False)
    op.create_table(
        "own_class",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_own_class")),
    )
    op.create_table(
        "news_seen",
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_news_seen")),
    )
    op.create_table(
        "import_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("record", sa.String(length=3), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_correction_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_correction")),
    )
    with op.batch_alter_table("import_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_correction_batch_id"), ["batch_id"], unique=False)


def _columns() -> None:
    for table in ("right_owner_name", "work_title"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("skeleton", sa.Text(), nullable=False, server_default=""))
            batch_op.create_index(batch_op.f(f"ix_{table}_skeleton"), ["skeleton"], unique=False)
    for table in ("right_owner", "work"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_changed_at"), ["changed_at"], unique=False)
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_by"), ["by"], unique=False)
    with op.batch_alter_table("office", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("currency", sa.String(length=3), nullable=True))
        batch_op.add_column(sa.Column("time_zone", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=True))


def _fill(table: str, columns: tuple[str, ...]) -> None:
    """Give names and titles that are there already the key they are compared by across scripts."""
    named = sa.table(table, sa.column("id"), sa.column("skeleton"), *(sa.column(one) for one in columns))
    connection = op.get_bind()
    rows = connection.execute(sa.select(named.c.id, *(named.c[one] for one in columns))).all()
    keys = [{"row": row[0], "key": skeleton(" ".join(part for part in row[1:] if part))} for row in rows]
    if keys:
        change = sa.update(named).where(named.c.id == sa.bindparam("row")).values(skeleton=sa.bindparam("key"))
        connection.execute(change, keys)
