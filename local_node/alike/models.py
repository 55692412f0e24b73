"""The table of records that are not the same, though they look it."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base


class ToldApart(Base):
    """Two records a person has told apart, so that nobody is asked again; ``first`` is the smaller id."""

    __tablename__ = "told_apart"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    """party or work."""
    first: Mapped[str] = mapped_column(String(36), primary_key=True)
    second: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(255))
