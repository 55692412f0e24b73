"""Tables of the exchange that are not the carriage's own."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base


class SendingRule(Base):
    """The one row that says when our messages go. ``begins`` and ``ends`` are times of the office's day (``22:00``)."""

    __tablename__ = "sending_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    paused_by: Mapped[str | None] = mapped_column(String(255))
    paused_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    begins: Mapped[str | None] = mapped_column(String(5))
    ends: Mapped[str | None] = mapped_column(String(5))
