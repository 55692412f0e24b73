"""Tables of the console: saved filters, groups that run again, alerts, what processes say of themselves."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base, OfNode


class SavedFilter(OfNode, Base):
    """A filter of the list of messages under a name; ``query`` is what stands behind the question mark."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("owner", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool]
    made_at: Mapped[datetime]


class Rerun(OfNode, Base):
    """A group of parked things that runs again. ``state``: running, done, stopped."""

    __tablename__ = "rerun"

    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(30))
    """``message``, or the partner whose work it is."""
    cause: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str | None] = mapped_column(Text)
    at_a_time: Mapped[int]
    """So many run at most before the first of them has ended."""
    stop_on_failure: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RerunItem(OfNode, Base):
    """One parked thing of such a group. ``state``: waiting, going, done, failed, left (the run was stopped)."""

    __tablename__ = "rerun_item"
    __table_args__ = (Index("ix_rerun_item_rerun_id_state", "rerun_id", "state"),)

    rerun_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(40))
    """``message-<row>`` or ``job-<row>``."""
    message_id: Mapped[str] = mapped_column(String(36))
    subject: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    moved_at: Mapped[datetime | None]


class Alert(OfNode, Base):
    """A condition began, or it ended: one row each, however often it is met in between."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_event_ended_at", "event", "ended_at"),
        # Two processes that meet a condition at the same moment still write it down once.
        Index(
            "uq_alert_open", "condition", "subject", unique=True,
            sqlite_where=text("event = 'began' AND ended_at IS NULL"),
            postgresql_where=text("event = 'began' AND ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    condition: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    """``node/<id>``, ``partner/<name>``, ``queue/<name>``, ``certificate/<source>``, ``parking``, ``broker`` or
    ``carrier``."""
    event: Mapped[str] = mapped_column(String(5))
    """began or ended."""
    at: Mapped[datetime] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    """Of a row that began."""
    began_id: Mapped[int | None]
    """Of a row that ended: the one it ends."""
    acknowledged_by: Mapped[str | None] = mapped_column(String(255))
    acknowledged_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)


class ProcessPart(OfNode, Base):
    """One part of a running process as it was at ``last_at``: how often it turned, how long in all."""

    __tablename__ = "process_part"

    instance: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Host and number of the process."""
    part: Mapped[str] = mapped_column(String(60), primary_key=True)
    last_at: Mapped[datetime]
    turns: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(BigInteger)
    busy_ms: Mapped[int] = mapped_column(BigInteger)


class WatchedCertificate(OfNode, Base):
    """Until when the certificate of a server or in a file is good."""

    __tablename__ = "watched_certificate"

    source: Mapped[str] = mapped_column(String(400), primary_key=True)
    not_after: Mapped[datetime]
    looked_at: Mapped[datetime]
