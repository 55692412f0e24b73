"""What operators did, when and why: one row per action, never changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.database import NOBODY, Base, OfNode

RUN_AGAIN = "run-again"


class OperatorAction(OfNode, Base):
    """One action of a person at the console or on the command line."""

    __tablename__ = "operator_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(40))
    """node-added, node-approved, node-suspended, key-revoked, run-again, rerun-stopped, gave-up, paused, resumed,
    body-shown, file-shown, content-searched, canary-sent, acknowledged."""
    subject: Mapped[str] = mapped_column(String(200), index=True)
    """``node/<id>``, ``message/<id>``, ``partner/<name>``, ``file/<row>``, ``alert/<row>``, ``rerun/<row>`` or
    ``messages``."""
    reason: Mapped[str | None] = mapped_column(Text)


def note(
    session: Session,
    action: str,
    subject: str,
    *,
    by: str,
    now: datetime,
    node_id: str = NOBODY,
    reason: str | None = None,
) -> None:
    """Write an action down in the caller's transaction."""
    session.add(OperatorAction(node_id=node_id, at=now, by=by, action=action, subject=subject, reason=reason))
    session.flush()


def times(session: Session, action: str, subjects: Iterable[str]) -> dict[str, int]:
    """How often something was done about each of these, without those it was never done about."""
    counted = (
        select(OperatorAction.subject, func.count())
        .where(OperatorAction.action == action, OperatorAction.subject.in_(list(subjects)))
        .group_by(OperatorAction.subject)
    )
    return {subject: number for subject, number in session.execute(counted)}  # noqa: C416  rows are no pairs to mypy


def about(session: Session, subject: str, limit: int = 50) -> Sequence[OperatorAction]:
    """What was done about one thing, newest first."""
    mine = select(OperatorAction).where(OperatorAction.subject == subject)
    return session.scalars(mine.order_by(OperatorAction.id.desc()).limit(limit)).all()
