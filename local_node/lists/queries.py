"""Questions about saved filters."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from local_node.lists.models import SavedFilter


def filters_of(session: Session, list: str, person: str) -> Sequence[SavedFilter]:
    """The filters of a list that a person may use: their own, and those that are shared; by name."""
    mine = or_(SavedFilter.owner == person, SavedFilter.shared)
    statement = select(SavedFilter).where(SavedFilter.list == list, mine)
    return session.scalars(statement.order_by(SavedFilter.name, SavedFilter.id)).all()
