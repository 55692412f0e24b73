"""Members, registry, work for partners."""

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
        "enrolment_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_code")),
    )
    op.create_table(
        "exchanged_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=30), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("transmission_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanged_file")),
        sa.UniqueConstraint(
            "partner", "direction", "name", "sha256", name=op.f("uq_exchanged_file_partner_direction_name_sha256")
        ),
    )
    with op.batch_alter_table("exchanged_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exchanged_file_at"), ["at"], unique=False)

    op.create_table(
        "file_counter",
        sa.Column("sender", sa.String(length=11), nullable=False),
        sa.Column("receiver", sa.String(length=11), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sender", "receiver", "year", name=op.f("pk_file_counter")),
    )
    op.create_table(
        "member",
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("society", sa.String(length=3), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_member")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_society"), ["society"], unique=False)

    op.create_table(
        "node_key",
        sa.Column("kid", sa.String(length=100), nullable=False),
        sa.Column("jwk", sa.JSON(), nullable=False),
        sa.Column("distrust_after", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_node_key")),
    )
    op.create_table(
        "operator_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_action")),
    )
    with op.batch_alter_table("operator_action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operator_action_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_operator_action_subject"), ["subject"], unique=False)

    op.create_table(
        "partner_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("partner", sa.String(length=30), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("cause", sa.String(length=36), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_answer")),
        sa.UniqueConstraint("message_id", name=op.f("uq_partner_answer_message_id")),
    )
    with op.batch_alter_table("partner_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_answer_cause"), ["cause"], unique=False)
        batch_op.create_index("ix_partner_answer_node_id_subject", ["node_id", "subject"], unique=False)

    op.create_table(
        "partner_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=30), nullable=False),
        sa.Column("operation", sa.String(length=10), nullable=False),
        sa.Column("transmission_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("failure_class", sa.String(length=4), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_call")),
    )
    with op.batch_alter_table("partner_call", schema=None) as batch_op:
        batch_op.create_index("ix_partner_call_partner_at", ["partner", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_call_transmission_id"), ["transmission_id"], unique=False)

    op.create_table(
        "partner_state",
        sa.Column("partner", sa.String(length=30), nullable=False),
        sa.Column("paused_by", sa.String(length=255), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("partner", name=op.f("pk_partner_state")),
    )
    op.create_table(
        "registered_identifier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("scheme", sa.String(length=30), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registered_identifier")),
        sa.UniqueConstraint(
            "node_id",
            "subject",
            "scheme",
            "value",
            "source",
            name=op.f("uq_registered_identifier_node_id_subject_scheme_value_source"),
        ),
    )
    with op.batch_alter_table("registered_identifier", schema=None) as batch_op:
        batch_op.create_index("ix_registered_identifier_scheme_value", ["scheme", "value"], unique=False)

    op.create_table(
        "registered_record",
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", sa.String(length=14), nullable=True),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("creation_class", sa.String(length=10), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("node_id", "subject", name=op.f("pk_registered_record")),
    )
    with op.batch_alter_table("registered_record", schema=None) as batch_op:
        batch_op.create_index("ix_registered_record_kind_number", ["kind", "number"], unique=False)

    op.create_table(
        "sender_profile",
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=11), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=2), nullable=False),
        sa.Column("ipi", sa.String(length=11), nullable=True),
        sa.PrimaryKeyConstraint("node_id", "partner", name=op.f("pk_sender_profile")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("correlationid", sa.String(length=36), nullable=True),
        sa.Column("transmission_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("partner", "reference", name=op.f("uq_submission_partner_reference")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_message_id"), ["message_id"], unique=False)
        batch_op.create_index("ix_submission_partner_node_id_subject", ["partner", "node_id", "subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_state"), ["state"], unique=False)

    op.create_table(
        "transmission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("partner", sa.String(length=30), nullable=False),
        sa.Column("receiver", sa.String(length=11), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("file_number", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transmission")),
        sa.UniqueConstraint("partner", "receiver", "created", name=op.f("uq_transmission_partner_receiver_created")),
    )
    with op.batch_alter_table("transmission", schema=None) as batch_op:
        batch_op.create_index("ix_transmission_partner_state", ["partner", "state"], unique=False)

    op.create_table(
        "transmission_item",
        sa.Column("transmission_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("accepted_before", sa.Boolean(), nullable=False),
        sa.Column("last_digest", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("transmission_id", "position", name=op.f("pk_transmission_item")),
    )
    with op.batch_alter_table("transmission_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transmission_item_message_id"), ["message_id"], unique=False)
