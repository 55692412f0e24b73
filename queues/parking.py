"""Messages that wait for a person: run again, or give up with a reason that goes back to the sender.

Editing is not offered: it would break the signature. A correction is a new message from the sender. Writing who decided
into the audit trail is the caller's part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from queues.envelope import Refused
from queues.settling import tell_refusal
from queues.tables import inbox, inbox_held, parked, upsert


class NotParked(ValueError):
    """The message is not parked, or was decided already."""


class CannotRunAgain(ValueError):
    """The message never entered the inbox (its number or chain contradicts what we have), so it has no turn."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One waiting message. ``similar`` counts the others with the same reason and place."""

    id: int
    node: str
    source: str
    msg_id: str
    type: str | None
    subject: str | None
    queue: str
    reason: str
    detail: str
    deliveries: int
    first_seen: datetime
    last_seen: datetime
    similar: int
    raw: bytes


def waiting(session: Session, *, node_id: str | None = None, limit: int = 100) -> list[Parked]:
    """Undecided messages, longest waiting first."""
    statement = select(parked).where(parked.c.decision.is_(None)).order_by(parked.c.first_seen, parked.c.id)
    if node_id is not None:
        statement = statement.where(parked.c.node_id == node_id)
    return [_entry(session, row) for row in session.execute(statement.limit(limit))]


def run_again(session: Session, parked_id: int, *, by: str, now: datetime) -> None:
    """Let the intake handle the message once more at its next turn. Raises NotParked or CannotRunAgain."""
    row = _undecided(session, parked_id)
    mine = (inbox.c.source == row.source, inbox.c.msg_id == row.msg_id)
    arrived = session.execute(select(inbox.c.aggregate, inbox.c.seq, inbox.c.digest).where(*mine)).one_or_none()
    if arrived is None or row.reason in ("nodeseq-conflict", "chain-mismatch"):
        raise CannotRunAgain(row.reason)
    session.execute(
        upsert(session, inbox_held)
        .values(
            source=row.source,
            aggregate=arrived.aggregate,
            seq=arrived.seq,
            node_id=row.node_id,
            msg_id=row.msg_id,
            since=now,
            again=True,
        )
        .on_conflict_do_nothing()
    )
    session.execute(update(inbox).where(*mine).values(outcome="held", outcome_at=now, owed=True))
    _decide(session, parked_id, decision="again", reason=None, by=by, now=now)


def run_all_like(session: Session, parked_id: int, *, by: str, now: datetime) -> int:
    """Run this one and all with the same reason and place again; how many."""
    row = _undecided(session, parked_id)
    alike = select(parked.c.id).where(*_like(row))
    ids: Sequence[int] = session.scalars(alike).all()
    for id_ in ids:
        run_again(session, id_, by=by, now=now)
    return len(ids)


def give_up(session: Session, parked_id: int, *, by: str, reason: str, now: datetime) -> None:
    """End the message as refused; ``reason``, written by a person, goes back to the sender. Raises NotParked."""
    row = _undecided(session, parked_id)
    mine = (inbox.c.source == row.source, inbox.c.msg_id == row.msg_id)
    reasons = ({"code": "given-up", "field": "", "text": reason},)
    correlationid = session.scalar(select(inbox.c.correlationid).where(*mine))
    ended = (
        update(inbox)
        .where(*mine, inbox.c.outcome == "parked")
        .values(outcome="refused", outcome_at=now, code="given-up", reasons=list(reasons), owed=True)
    )
    if session.execute(ended.returning(inbox.c.msg_id)).scalar_one_or_none() is not None:
        tell_refusal(
            session,
            node_id=row.node_id,
            source=row.source,
            msg_id=row.msg_id,
            type_=row.type,
            subject=row.aggregate,
            correlationid=correlationid,
            refusal=Refused("given-up", reasons),
            now=now,
        )
    _decide(session, parked_id, decision="given-up", reason=reason, by=by, now=now)


def _undecided(session: Session, parked_id: int) -> Row[Any]:
    row = session.execute(
        select(parked).where(parked.c.id == parked_id, parked.c.decision.is_(None)).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotParked(str(parked_id))
    return row


def _decide(session: Session, parked_id: int, *, decision: str, reason: str | None, by: str, now: datetime) -> None:
    session.execute(
        update(parked)
        .where(parked.c.id == parked_id)
        .values(decision=decision, decision_reason=reason, decided_by=by, decided_at=now)
    )


def _like(row: Row[Any]) -> tuple[Any, ...]:
    return (
        parked.c.decision.is_(None),
        parked.c.reason == row.reason,
        parked.c.detail == row.detail,
        parked.c.node_id == row.node_id,
    )


def _entry(session: Session, row: Row[Any]) -> Parked:
    similar = session.scalar(select(func.count()).select_from(parked).where(*_like(row))) or 1
    return Parked(
        id=row.id,
        node=row.node_id,
        source=row.source,
        msg_id=row.msg_id,
        type=row.type,
        subject=row.aggregate,
        queue=row.queue,
        reason=row.reason,
        detail=row.detail or "",
        deliveries=row.deliveries,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        similar=similar - 1,
        raw=row.raw,
    )
