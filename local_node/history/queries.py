"""Reading the history of one record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from interface.tables import User
from local_node.history.models import Revision, Snapshot
from mappings.messages import from_json

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history; ``who`` is the person's name, or a partner's."""

    at: datetime
    who: str
    action: str
    version: int
    field: str
    old: str | None
    new: str | None


def of(session: Session, subject: str, limit: int = 200) -> Sequence[Entry]:
    """The latest changes first."""
    statement = (
        select(Revision, User.full_name)
        .outerjoin(User, User.email == Revision.by)
        .where(Revision.subject == subject)
        .order_by(Revision.id.desc())
        .limit(limit)
    )
    return [
        Entry(row.at, name or row.by, row.action, row.version, row.field, row.old, row.new)
        for row, name in session.execute(statement)
    ]


def state(session: Session, subject: str, version: int, model: type[M]) -> M | None:
    """The record as it was in one version."""
    kept = session.scalar(select(Snapshot).where(Snapshot.subject == subject, Snapshot.version == version))
    return None if kept is None else from_json(model, kept.data)
