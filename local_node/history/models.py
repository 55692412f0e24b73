"""Tables of the history."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base, Json


class Revision(Base):
    """One field of one record that somebody changed. ``field`` is a path such as ``interests.2.shares.MR``."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    """``work/<id>`` or ``party/<id>``, as in messages; also ``account/<email>``, ``message/<id>``, ``class/<code>``."""
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(255), index=True)
    action: Mapped[str] = mapped_column(String(30))
    """registered, saved, updated, withdrawn, undone, attached, seen, imported, decided, told-apart, signed-in,
    exported."""
    field: Mapped[str] = mapped_column(String(200))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)


class Snapshot(Base):
    """A record as it was in one version, as JSON of the model."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("subject", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    data: Mapped[Json]
