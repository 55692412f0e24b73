"""Which records were told apart."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from local_node.alike.models import ToldApart


def told_apart(session: Session, kind: str, id: str | None) -> frozenset[str]:
    """The records a person has told apart from this one; none for a record that is not kept yet."""
    if id is None:
        return frozenset()
    pairs = select(ToldApart.first, ToldApart.second).where(
        ToldApart.kind == kind, or_(ToldApart.first == id, ToldApart.second == id)
    )
    return frozenset(second if first == id else first for first, second in session.execute(pairs))
