"""The verbs of agreements: keeping what a file says, and taking it back."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from local_node.admin.numbers import next_number
from local_node.agreements import queries
from local_node.agreements.models import AgreementRow
from mappings.messages import to_json
from mappings.model import Agreement
from queues import uuid7


def keep(session: Session, agreement: Agreement, *, sender: str, by: str, now: datetime) -> tuple[str, str]:
    """Keep an agreement under its sender's number: its id and ``new``, ``updated`` or ``unchanged``. Posts nothing."""
    row = queries.by_source(session, sender, agreement.source_number or "")
    data = to_json(replace(agreement, lines=()))
    if row is not None and row.data == data:
        return row.id, "unchanged"
    outcome = "updated"
    if row is None:
        outcome = "new"
        row = AgreementRow(
            id=uuid7(),
            number=next_number(session, "agreement"),
            sender=sender,
            source_number=agreement.source_number or "",
            created_at=now,
            created_by=by,
        )
        session.add(row)
    row.kind, row.starts_on, row.ends_on = agreement.kind or "", agreement.starts_on, agreement.ends_on
    row.data, row.lines, row.changed_at = data, list(agreement.lines), now
    session.flush()
    return row.id, outcome


def remove(session: Session, id: str) -> None:
    """Take back an agreement that came by mistake; its number is never given again. Nothing else refers to it."""
    row = queries.get(session, id)
    if row is not None:
        session.delete(row)
        session.flush()
