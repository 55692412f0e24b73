"""Tables of imports."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base, Json, JsonList


class ImportBatch(Base):
    """One file and what became of it; its bytes lie in the data folder under their hash.

    ``state``: checked (looked at, nothing taken in), waiting (for the background), running, done, undone, dropped.
    """

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(255), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), index=True)
    format: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[str | None] = mapped_column(String(10))
    encoding: Mapped[str | None] = mapped_column(String(20))
    sender: Mapped[str | None] = mapped_column(String(20))
    """Who sent the file: the number of its header."""
    sender_name: Mapped[str | None] = mapped_column(String(100))
    records: Mapped[int]
    transactions: Mapped[int]
    found: Mapped[Json]
    """What looking at the file counted: works, agreements, others, works refused and warned, errors, warnings."""
    problems: Mapped[JsonList]
    """The problems of the file, as many as are listed, errors first."""
    refused: Mapped[JsonList]
    """Line ranges that a problem of the file or a group refuses: ``[[first, last], ...]``."""
    in_spite: Mapped[bool]
    """A person said that problems of the file and its groups shall not hold its works back."""
    done_line: Mapped[int]
    """First line of the last transaction that was taken in; an import that was cut off goes on behind it."""
    outcome: Mapped[Json]
    """Counts so far: ``new``, ``updated``, ``unchanged``, ``quarantined`` works, parties, agreements."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(255))


class ImportItem(Base):
    """One record that a batch made or changed, and the version it had then, so that the batch can be undone."""

    __tablename__ = "import_item"
    __table_args__ = (Index("ix_import_item_batch_id_kind", "batch_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    kind: Mapped[str] = mapped_column(String(10))
    """work, party or agreement."""
    record_id: Mapped[str] = mapped_column(String(36), index=True)
    outcome: Mapped[str] = mapped_column(String(10))
    """new or updated."""
    version: Mapped[int]
    line: Mapped[int]


class Quarantined(Base):
    """A transaction that was not taken in, with its lines and reasons, until a person decides or a better one comes.

    ``state``: waiting, taken (a draft or a change was made of it), dropped, replaced (a later file brought the work).
    """

    __tablename__ = "quarantined"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    line: Mapped[int]
    type: Mapped[str] = mapped_column(String(3))
    sender: Mapped[str] = mapped_column(String(20))
    source_number: Mapped[str | None] = mapped_column(String(14), index=True)
    title: Mapped[str] = mapped_column(Text)
    lines: Mapped[JsonList]
    problems: Mapped[JsonList]
    data: Mapped[Json | None]
    """The work as far as it could be understood."""
    state: Mapped[str] = mapped_column(String(10), index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(Text)
    work_id: Mapped[str | None] = mapped_column(String(36))


class Correction(Base):
    """A field of a file that a person corrected before its import; the bytes that came stay as they are.

    Without ``line`` it holds for every line of the record type in which the field says ``old``.
    """

    __tablename__ = "import_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"), index=True)
    line: Mapped[int | None]
    record: Mapped[str] = mapped_column(String(3))
    field: Mapped[str] = mapped_column(String(60))
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(255))


class SourceNumber(Base):
    """Which record of ours a sender means by a number of its own."""

    __tablename__ = "source_number"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    """work or party."""
    sender: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[str] = mapped_column(String(14), primary_key=True)
    record_id: Mapped[str] = mapped_column(String(36), index=True)
