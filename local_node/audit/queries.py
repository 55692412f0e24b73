"""Reading the history of all records at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from interface.tables import User
from local_node.history.models import Revision


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; ``subject`` is a whole subject (``work/<id>``), ``kind`` its first part."""

    by: str = ""
    action: str = ""
    kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """One line: somebody did something to a field of a record."""

    id: int
    at: datetime
    by: str
    who: str
    action: str
    subject: str
    field: str
    old: str | None
    new: str | None


def listed(session: Session, wanted: Wanted, *, limit: int, before: int | None = None) -> Sequence[Done]:
    """What was done, newest first; ``before`` continues a list after the line of that number."""
    mine = select(Revision, User.full_name).outerjoin(User, User.email == Revision.by).where(*_conditions(wanted))
    if before is not None:
        mine = mine.where(Revision.id < before)
    return [
        Done(row.id, row.at, row.by, name or row.by, row.action, row.subject, row.field, row.old, row.new)
        for row, name in session.execute(mine.order_by(Revision.id.desc()).limit(limit))
    ]


def count(session: Session, wanted: Wanted) -> int:
    """How many lines a filter finds."""
    return session.scalar(select(func.count()).select_from(Revision).where(*_conditions(wanted))) or 0


def people(session: Session) -> Sequence[str]:
    """Everybody who did something."""
    return session.scalars(select(Revision.by).distinct().order_by(Revision.by)).all()


def actions(session: Session) -> Sequence[str]:
    """Everything that was done."""
    return session.scalars(select(Revision.action).distinct().order_by(Revision.action)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.by:
        conditions.append(Revision.by == wanted.by)
    if wanted.action:
        conditions.append(Revision.action == wanted.action)
    if wanted.kind:
        conditions.append(Revision.subject.startswith(f"{wanted.kind}/", autoescape=True))
    if wanted.subject:
        conditions.append(Revision.subject == wanted.subject)
    if wanted.since is not None:
        conditions.append(Revision.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Revision.at <= wanted.until)
    return conditions
