"""What operators did, when and why: one row per action, never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, Text, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.database import NOBODY, Base, OfNode

RUN_AGAIN = "run-again"
ACTIONS = (
    "node-added", "node-approved", "node-suspended", "key-revoked", "run-again", "rerun-stopped", "gave-up", "paused",
    "resumed", "body-shown", "file-shown", "content-searched", "canary-sent", "acknowledged", "audit-exported",
)  # fmt: skip
"""Everything that is written down here."""


class OperatorAction(OfNode, Base):
    """One action of a person at the console or on the command line."""

    __tablename__ = "operator_action"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(40))
    """One of ``ACTIONS``."""
    subject: Mapped[str] = mapped_column(String(200), index=True)
    """``node/<id>``, ``message/<id>``, ``partner/<name>``, ``file/<row>``, ``alert/<row>``, ``rerun/<row>``,
    ``messages`` or ``audit``."""
    reason: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of actions is narrowed to; ``subject`` is the whole of it, its kind or its id."""

    by: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


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


def listed(session: Session, wanted: Wanted, *, limit: int, before: int | None = None) -> Sequence[OperatorAction]:
    """What people did, newest first; ``before`` continues a list after the action of that number."""
    mine = select(OperatorAction).where(*_conditions(wanted)).order_by(OperatorAction.id.desc()).limit(limit)
    return session.scalars(mine if before is None else mine.where(OperatorAction.id < before)).all()


def count(session: Session, wanted: Wanted) -> int:
    """How many actions a filter finds."""
    return session.scalar(select(func.count()).select_from(OperatorAction).where(*_conditions(wanted))) or 0


def people(session: Session) -> Sequence[str]:
    """Everybody who did something, by name."""
    return session.scalars(select(OperatorAction.by).distinct().order_by(OperatorAction.by)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    told = OperatorAction
    conditions: list[ColumnElement[bool]] = []
    if wanted.by:
        conditions.append(told.by == wanted.by)
    if wanted.action:
        conditions.append(told.action == wanted.action)
    if wanted.subject:
        whole = told.subject == wanted.subject
        ending = told.subject.endswith(f"/{wanted.subject}", autoescape=True)
        conditions.append(or_(whole, ending, told.subject.startswith(f"{wanted.subject}/", autoescape=True)))
    if wanted.since is not None:
        conditions.append(told.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(told.at <= wanted.until)
    return conditions


def about(session: Session, subject: str, limit: int = 50) -> Sequence[OperatorAction]:
    """What was done about one thing, newest first."""
    mine = select(OperatorAction).where(OperatorAction.subject == subject)
    return session.scalars(mine.order_by(OperatorAction.id.desc()).limit(limit)).all()
