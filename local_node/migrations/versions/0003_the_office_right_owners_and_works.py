"""The office, right owners and works."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "data_key",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("wrapped", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_key")),
    )
    op.create_table(
        "gateway_key",
        sa.Column("kid", sa.String(length=100), nullable=False),
        sa.Column("jwk", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_gateway_key")),
    )
    op.create_table(
        "number_series",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_number_series")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("society", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("node_id", sa.String(length=63), nullable=True),
        sa.Column("gateway_id", sa.String(length=63), nullable=True),
        sa.Column("gateway_url", sa.String(length=500), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revision_subject"), ["subject"], unique=False)

    op.create_table(
        "right_owner",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=9), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("societies", sa.JSON(), nullable=False),
        sa.Column("birth_date_sealed", sa.String(length=200), nullable=True),
        sa.Column("has_latin_name", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_owner")),
        sa.UniqueConstraint("number", name=op.f("uq_right_owner_number")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("subject", "version", name=op.f("uq_snapshot_subject_version")),
    )
    op.create_table(
        "work",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=14), nullable=False),
        sa.Column("creation_class", sa.String(length=4), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("annexes", sa.JSON(), nullable=False),
        sa.Column("blockers", sa.JSON(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
        sa.UniqueConstraint("number", name=op.f("uq_work_number")),
    )
    with op.batch_alter_table("work", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_blocked"), ["blocked"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_creation_class"), ["creation_class"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_status"), ["status"], unique=False)

    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=4), nullable=False),
        sa.Column("controlled", sa.Boolean(), nullable=False),
        sa.Column("right_owner_id", sa.String(length=36), nullable=True),
        sa.Column("named_party", sa.JSON(), nullable=True),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("societies", sa.JSON(), nullable=False),
        sa.Column("collection", sa.JSON(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=True),
        sa.Column("represented_by", sa.JSON(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["right_owner_id"], ["right_owner.id"], name=op.f("fk_interest_right_owner_id_right_owner")
        ),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_interest_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_right_owner_id"), ["right_owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_work_id"), ["work_id"], unique=False)

    op.create_table(
        "partner_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("work_id", sa.String(length=36), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_partner_answer_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_answer")),
        sa.UniqueConstraint("message_id", name=op.f("uq_partner_answer_message_id")),
    )
    with op.batch_alter_table("partner_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_answer_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_answer_work_id"), ["work_id"], unique=False)

    op.create_table(
        "partner_status",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=36), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("partner_number", sa.String(length=60), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_partner_status_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_status")),
        sa.UniqueConstraint("work_id", "partner", name=op.f("uq_partner_status_work_id_partner")),
    )
    with op.batch_alter_table("partner_status", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_status_partner"), ["partner"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_status_status"), ["status"], unique=False)

    op.create_table(
        "right_owner_identifier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("right_owner_id", sa.String(length=36), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=60), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["right_owner_id"], ["right_owner.id"], name=op.f("fk_right_owner_identifier_right_owner_id_right_owner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_owner_identifier")),
    )
    with op.batch_alter_table("right_owner_identifier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_right_owner_identifier_right_owner_id"), ["right_owner_id"], unique=False)
        batch_op.create_index("ix_right_owner_identifier_scheme_value", ["scheme", "value"], unique=False)

    op.create_table(
        "right_owner_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("right_owner_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("script", sa.String(length=4), nullable=True),
        sa.Column("language", sa.String(length=3), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["right_owner_id"], ["right_owner.id"], name=op.f("fk_right_owner_name_right_owner_id_right_owner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_owner_name")),
    )
    with op.batch_alter_table("right_owner_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_right_owner_name_folded"), ["folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_right_owner_name_right_owner_id"), ["right_owner_id"], unique=False)

    op.create_table(
        "work_conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=True),
        sa.Column("ours", sa.String(length=100), nullable=True),
        sa.Column("theirs", sa.String(length=100), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_conflict_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_conflict")),
        sa.UniqueConstraint("message_id", "position", name=op.f("uq_work_conflict_message_id_position")),
    )
    with op.batch_alter_table("work_conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_conflict_work_id"), ["work_id"], unique=False)

    op.create_table(
        "work_identifier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=36), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=60), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_identifier_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_identifier")),
    )
    with op.batch_alter_table("work_identifier", schema=None) as batch_op:
        batch_op.create_index("ix_work_identifier_scheme_value", ["scheme", "value"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_identifier_work_id"), ["work_id"], unique=False)

    op.create_table(
        "work_title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=2), nullable=False),
        sa.Column("language", sa.String(length=3), nullable=True),
        sa.Column("script", sa.String(length=4), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["work.id"], name=op.f("fk_work_title_work_id_work")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_title")),
    )
    with op.batch_alter_table("work_title", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_title_folded"), ["folded"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_title_work_id"), ["work_id"], unique=False)
