"""Indexes by which the frame of every page counts, and by which the works of somebody are found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TROUBLED = sa.text("outcome IN ('held', 'refused', 'parked')")


def upgrade() -> None:
    """Go to this version."""
    op.create_index("ix_inbox_troubled", "inbox", ["outcome"], sqlite_where=TROUBLED, postgresql_where=TROUBLED)
    op.create_index("ix_interest_right_owner_id_work_id", "interest", ["right_owner_id", "work_id"])
    op.drop_index("ix_interest_right_owner_id", "interest")
    op.create_index("ix_right_owner_has_latin_name", "right_owner", ["has_latin_name"])
