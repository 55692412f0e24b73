"""Keeping filters under a name."""

from datetime import datetime

from sqlalchemy.orm import Session

from local_node.lists.models import SavedFilter


class NotYours(LookupError):
    """There is no such filter of this person."""


def save(session: Session, *, list: str, name: str, shared: bool, query: str, by: str, now: datetime) -> SavedFilter:
    """Keep a filter under a name; the same name of the same person is written over."""
    found = session.query(SavedFilter).filter_by(list=list, name=name, owner=by).one_or_none()
    row = found or SavedFilter(list=list, name=name, owner=by)
    row.shared, row.query, row.changed_at = shared, query, now
    session.add(row)
    session.flush()
    return row


def change(session: Session, id: int, *, name: str | None, shared: bool, by: str, now: datetime) -> SavedFilter:
    """Give a filter another name (None: the one it has), share it or keep it to oneself. Raises NotYours."""
    row = _own(session, id, by)
    row.name, row.shared, row.changed_at = name or row.name, shared, now
    return row


def forget(session: Session, id: int, *, by: str) -> str:
    """Delete a filter; returns the key of its list. Raises NotYours."""
    row = _own(session, id, by)
    session.delete(row)
    return row.list


def _own(session: Session, id: int, by: str) -> SavedFilter:
    row = session.get(SavedFilter, id)
    if row is None or row.owner != by:
        raise NotYours(id)
    return row
