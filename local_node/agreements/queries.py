"""Questions about agreements."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from local_node.agreements.models import AgreementRow
from mappings.messages import from_json
from mappings.model import Agreement


def to_agreement(row: AgreementRow) -> Agreement:
    """The whole agreement of a row."""
    return from_json(Agreement, row.data)


def get(session: Session, id: str) -> AgreementRow | None:
    """The row of an agreement."""
    return session.get(AgreementRow, id)


def by_source(session: Session, sender: str, number: str) -> AgreementRow | None:
    """The agreement a sender has under its own number."""
    held = select(AgreementRow).where(AgreementRow.sender == sender, AgreementRow.source_number == number)
    return session.scalar(held)


def listed(
    session: Session, *, before: str | None = None, limit: int = 50
) -> tuple[Sequence[AgreementRow], str | None]:
    """Agreements, newest first, and where the next page begins."""
    statement = select(AgreementRow).order_by(AgreementRow.id.desc()).limit(limit + 1)
    if before:
        statement = statement.where(AgreementRow.id < before)
    rows = session.scalars(statement).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def count(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(AgreementRow)) or 0
