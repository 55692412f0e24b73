"""Remembering what somebody has seen."""

from datetime import datetime

from sqlalchemy.orm import Session

from local_node.home.models import NewsSeen


def see_news(session: Session, *, by: str, now: datetime) -> None:
    """The person has seen everything that partners said until now."""
    row = session.get(NewsSeen, by) or NewsSeen(person=by)
    row.at = now
    session.add(row)
    session.flush()
