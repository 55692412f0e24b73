"""The register of interested parties, and the key that seals its documents."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Go to this version. None of these rows belongs to a node, so there is no wall to build."""
    bytewise = sa.String(length=160).with_variant(sa.String(length=160, collation="C"), "postgresql")
    op.create_table(
        "data_key",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_key")),
    )
    op.create_table(
        "ipi_party",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("base", sa.String(length=13), nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("status", sa.String(length=1), nullable=False),
        sa.Column("refers_to", sa.String(length=13), nullable=True),
        sa.Column("patronym", sa.String(length=11), nullable=True),
        sa.Column("changed_at", sa.String(length=14), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ipi_party")),
    )
    op.create_index("uq_ipi_party_base", "ipi_party", ["base"], unique=True)
    op.create_table(
        "ipi_name",
        sa.Column("party_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=11), nullable=False),
        sa.Column("parent", sa.String(length=11), nullable=True),
        sa.Column("type", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=90), nullable=False),
        sa.Column("first_name", sa.String(length=45), nullable=True),
        sa.Column("sort_key", bytewise, nullable=False),
        sa.PrimaryKeyConstraint("party_id", "number", name=op.f("pk_ipi_name")),
    )
    op.create_index("ix_ipi_name_number", "ipi_name", ["number"])
    op.create_index("ix_ipi_name_sort_key", "ipi_name", ["sort_key"])
    op.create_table(
        "ipi_key",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("party_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "party_id", name=op.f("pk_ipi_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ipi_code",
        sa.Column("list", sa.String(length=3), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("list", "code", "language", name=op.f("pk_ipi_code")),
    )
    op.create_table(
        "ipi_feed",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("mark", sa.String(length=14), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("transaction", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_ipi_feed")),
    )
    op.create_table(
        "ipi_wanted",
        sa.Column("base", sa.String(length=13), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("base", name=op.f("pk_ipi_wanted")),
    )
