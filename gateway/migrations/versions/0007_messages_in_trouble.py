"""Messages that could not be used are counted without reading all others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TROUBLED = sa.text("outcome IN ('held', 'refused', 'parked')")


def upgrade() -> None:
    """Go to this version."""
    op.create_index("ix_inbox_troubled", "inbox", ["outcome"], sqlite_where=TROUBLED, postgresql_where=TROUBLED)
