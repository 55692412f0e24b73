"""Questions about imports."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interface.full_disk import CODE
from local_node.imports.models import Correction, ImportBatch, ImportItem, Quarantined, SourceNumber
from queues.tables import job

MOST_OF_RECORD = 10
UNFINISHED = ("checked", "waiting", "running")


def get(session: Session, number: int) -> ImportBatch | None:
    """A batch."""
    return session.get(ImportBatch, number)


def batches(session: Session, *, before: int | None = None, limit: int = 50) -> Sequence[ImportBatch]:
    """Batches, newest first."""
    statement = select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit)
    return session.scalars(statement if before is None else statement.where(ImportBatch.id < before)).all()


def corrections(session: Session, number: int) -> Sequence[Correction]:
    """What people corrected in the file of a batch, in order."""
    return session.scalars(select(Correction).where(Correction.batch_id == number).order_by(Correction.id)).all()


def same_bytes(session: Session, sha256: str) -> ImportBatch | None:
    """The batch in which these bytes were imported, or are being looked at; undone and dropped ones do not count."""
    states = ("done", *UNFINISHED)
    held = select(ImportBatch).where(ImportBatch.sha256 == sha256, ImportBatch.state.in_(states))
    return session.scalar(held.order_by(ImportBatch.id.desc()).limit(1))


def same_name(session: Session, name: str) -> ImportBatch | None:
    """The last batch that was imported from a file of this name."""
    held = select(ImportBatch).where(ImportBatch.name == name, ImportBatch.state == "done")
    return session.scalar(held.order_by(ImportBatch.id.desc()).limit(1))


def put_off(session: Session, number: int) -> datetime | None:
    """When an import that found the disk full goes on; None for one that did not."""
    mine = (job.c.kind == "import", job.c.payload_ref == str(number), job.c.state == "due", job.c.last_error == CODE)
    return session.scalar(select(job.c.next_attempt_at).where(*mine).limit(1))


def items(session: Session, number: int, kind: str) -> Sequence[ImportItem]:
    """The records of a kind that a batch made or changed, the last first."""
    mine = select(ImportItem).where(ImportItem.batch_id == number, ImportItem.kind == kind)
    return session.scalars(mine.order_by(ImportItem.id.desc())).all()


def quarantine(
    session: Session, *, batch: int | None = None, state: str = "waiting", after: int = 0, limit: int = 50
) -> tuple[Sequence[Quarantined], int]:
    """What was not taken in, in the order of the files, and how many there are."""
    statement = select(Quarantined).where(Quarantined.state == state)
    if batch is not None:
        statement = statement.where(Quarantined.batch_id == batch)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    rows = session.scalars(statement.where(Quarantined.id > after).order_by(Quarantined.id).limit(limit)).all()
    return rows, total


def count_quarantined(session: Session) -> int:
    """How many transactions wait in quarantine."""
    return session.scalar(select(func.count()).select_from(Quarantined).where(Quarantined.state == "waiting")) or 0


def waiting_of_source(session: Session, sender: str, number: str) -> Sequence[Quarantined]:
    """What waits in quarantine of one work of a sender."""
    mine = (Quarantined.sender == sender, Quarantined.source_number == number, Quarantined.state == "waiting")
    return session.scalars(select(Quarantined).where(*mine)).all()


def of_record(session: Session, kind: str, record_id: str) -> Sequence[tuple[ImportItem, ImportBatch]]:
    """The batches that made or changed a record, newest first."""
    mine = (
        select(ImportItem, ImportBatch)
        .join(ImportBatch, ImportBatch.id == ImportItem.batch_id)
        .where(ImportItem.kind == kind, ImportItem.record_id == record_id)
        .order_by(ImportItem.id.desc())
        .limit(MOST_OF_RECORD)
    )
    return [(item, batch) for item, batch in session.execute(mine)]


def by_source(session: Session, kind: str, sender: str, number: str) -> str | None:
    """The record of ours that a sender means by its number."""
    row = session.get(SourceNumber, (kind, sender, number)) if sender and number else None
    return None if row is None else row.record_id


def keep_source(session: Session, kind: str, sender: str, number: str, record_id: str) -> None:
    """Remember which record a sender means by its number."""
    session.merge(SourceNumber(kind=kind, sender=sender, number=number, record_id=record_id))
    session.flush()
