"""What the console keeps: pauses with their reason, saved filters, groups that run again, alerts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go to this version."""
    _tables()
    for table, paused_by in (("member", True), ("partner_state", False)):
        with op.batch_alter_table(table, schema=None) as batch_op:
            if paused_by:
                batch_op.add_column(sa.Column("paused_by", sa.String(length=255), nullable=True))
            batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
            batch_op.add_column(sa.Column("paused_reason", sa.Text(), nullable=True))
    with op.batch_alter_table("partner_answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("partner_number", sa.String(length=60), nullable=True))
        batch_op.create_index(batch_op.f("ix_partner_answer_partner_number"), ["partner_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_answer_file_id"), ["file_id"], unique=False)
    with op.batch_alter_table("registered_identifier", schema=None) as batch_op:
        batch_op.create_index("ix_registered_identifier_value", ["value"], unique=False)


def _tables() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_filter_owner_name")),
    )
    op.create_table(
        "rerun",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at_a_time", sa.Integer(), nullable=False),
        sa.Column("stop_on_failure", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rerun")),
    )
    op.create_index(op.f("ix_rerun_state"), "rerun", ["state"], unique=False)
    op.create_table(
        "rerun_item",
        sa.Column("rerun_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("rerun_id", "position", name=op.f("pk_rerun_item")),
    )
    op.create_index("ix_rerun_item_rerun_id_state", "rerun_item", ["rerun_id", "state"], unique=False)
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("event", sa.String(length=5), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=255), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_at"), "alert", ["at"], unique=False)
    op.create_index("ix_alert_event_ended_at", "alert", ["event", "ended_at"], unique=False)
