"""Row level security on PostgreSQL."""

from collections.abc import Sequence

from gateway.migrations import walls

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_NODES = (
    "alarm",
    "alert",
    "enrolment_code",
    "exchanged_file",
    "inbox",
    "inbox_held",
    "job",
    "member",
    "node_key",
    "operator_action",
    "outbox",
    "outgoing_stream",
    "outgoing_version",
    "parked",
    "partner_answer",
    "partner_call",
    "receipt",
    "record_version",
    "registered_identifier",
    "registered_record",
    "rerun",
    "rerun_item",
    "saved_filter",
    "sender_profile",
    "stream_position",
    "submission",
    "transmission",
    "transmission_item",
    "verification_count",
)


def upgrade() -> None:
    """Go to this version."""
    walls.build(OF_NODES)
