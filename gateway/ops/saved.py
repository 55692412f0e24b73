"""Filters of the list of messages under a name: one's own, and those that others share."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.database import NOBODY
from gateway.ops.models import SavedFilter

LONGEST_NAME = 80


class UnknownFilter(LookupError):
    """There is no filter of this number that belongs to the person."""


def of(session: Session, owner: str) -> Sequence[SavedFilter]:
    """Filters a person can use, by name."""
    mine = or_(SavedFilter.owner == owner, SavedFilter.shared)
    return session.scalars(select(SavedFilter).where(mine).order_by(SavedFilter.name, SavedFilter.id)).all()


def keep(session: Session, *, owner: str, name: str, query: str, shared: bool, now: datetime) -> SavedFilter:
    """Save a filter; one's own of the same name is replaced."""
    mine = select(SavedFilter).where(SavedFilter.owner == owner, SavedFilter.name == name)
    row = session.scalar(mine) or SavedFilter(node_id=NOBODY, owner=owner, name=name)
    row.query, row.shared, row.made_at = query, shared, now
    session.add(row)
    session.flush()
    return row


def forget(session: Session, filter_id: int, *, owner: str) -> None:
    """Remove one's own filter. Raises UnknownFilter."""
    row = session.get(SavedFilter, filter_id)
    if row is None or row.owner != owner:
        raise UnknownFilter(str(filter_id))
    session.delete(row)
    session.flush()
