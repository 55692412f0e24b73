"""Table of agreements."""

from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base, Json, JsonList


class AgreementRow(Base):
    """An agreement of a sender's file: the model's ``Agreement`` as JSON, and its original lines."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("sender", "source_number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[str] = mapped_column(String(14), unique=True)
    sender: Mapped[str] = mapped_column(String(20))
    """Who sent the file: the number of its header."""
    source_number: Mapped[str] = mapped_column(String(14))
    kind: Mapped[str] = mapped_column(String(2))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    data: Mapped[Json]
    lines: Mapped[JsonList]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime]
