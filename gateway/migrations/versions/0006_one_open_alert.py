"""A condition that goes on has one open alert, whichever process met it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go to this version."""
    op.create_index(
        "uq_alert_open",
        "alert",
        ["condition", "subject"],
        unique=True,
        sqlite_where=sa.text("event = 'began' AND ended_at IS NULL"),
        postgresql_where=sa.text("event = 'began' AND ended_at IS NULL"),
    )
