"""Questions of the first page: where somebody left off, and until when they have seen the news."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from local_node.history.models import Revision
from local_node.home.models import NewsSeen
from local_node.right_owners.models import RightOwner
from local_node.works.models import WorkRow

MOST_LOOKED_AT = 2000
"""Latest changes of a person in which the records are looked for; one change of a work is many rows."""


def left_at(session: Session, person: str, limit: int = 8) -> Sequence[tuple[WorkRow | RightOwner, datetime]]:
    """The records a person changed last, newest first, with the instant."""
    latest = (
        (select(Revision.subject, Revision.at).where(Revision.by == person).order_by(Revision.id.desc()))
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    subjects = (
        select(latest.c.subject, func.max(latest.c.at).label("at"))
        .group_by(latest.c.subject)
        .order_by(func.max(latest.c.at).desc(), latest.c.subject.desc())
    )
    found: list[tuple[WorkRow | RightOwner, datetime]] = []
    for subject, at in session.execute(subjects):
        kind, _divider, id = subject.partition("/")
        row = session.get(WorkRow, id) if kind == "work" else session.get(RightOwner, id) if kind == "party" else None
        if row is not None:
            found.append((row, at))
        if len(found) == limit:
            break
    return found


def seen_until(session: Session, person: str) -> datetime | None:
    """Until when the person has seen the news; None who never said so."""
    row = session.get(NewsSeen, person)
    return None if row is None else row.at
