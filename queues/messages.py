"""Finding messages and telling their life: one list over outbox and inbox, and the steps of one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from queues.tables import inbox, inbox_held, outbox, parked


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list. ``direction`` is ``out`` or ``in``, ``peer`` the URN of the other side."""

    id: str
    direction: str
    peer: str
    node: str
    type: str
    subject: str
    seq: int
    state: str
    since: datetime
    reason: str | None
    correlationid: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a life line; ``step`` is a stable word, ``detail`` a number, code or place."""

    at: datetime
    step: str
    detail: str


@dataclass(frozen=True, slots=True)
class Life:
    """A message with its steps in the order of time and, once sealed or received, its original bytes."""

    summary: Summary
    steps: tuple[Step, ...]
    raw: bytes | None
    reasons: tuple[dict[str, str], ...]


def find(
    session: Session,
    *,
    node_id: str | None = None,
    id: str | None = None,
    subject: str | None = None,
    type: str | None = None,
    state: str | None = None,
    direction: str | None = None,
    correlationid: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Summary]:
    """Messages of both directions, newest first. ``state`` is a state of the outbox or an outcome of the inbox."""
    lines = union_all(_outgoing(), _incoming()).subquery("line")
    wanted = {
        "node": node_id,
        "id": id,
        "subject": subject,
        "type": type,
        "state": state,
        "direction": direction,
        "correlationid": correlationid,
    }
    conditions = [lines.c[name] == value for name, value in wanted.items() if value is not None]
    statement = select(lines).where(*conditions).order_by(lines.c.since.desc(), lines.c.id.desc())
    return [Summary(**row._mapping) for row in session.execute(statement.limit(limit).offset(offset))]


def story(session: Session, correlationid: str) -> list[Summary]:
    """All messages of one story, oldest first."""
    return find(session, correlationid=correlationid, limit=1000)[::-1]


def life(session: Session, msg_id: str, *, node_id: str | None = None) -> Life | None:
    """One message; None when this side (or this node) does not know it."""
    tenant = [] if node_id is None else [outbox.c.node_id == node_id]
    sent = session.execute(select(outbox).where(outbox.c.msg_id == msg_id, *tenant)).one_or_none()
    if sent is not None:
        summary = find(session, id=msg_id, direction="out", limit=1)[0]
        return Life(summary, _steps_out(sent), sent.sealed, ())
    tenant = [] if node_id is None else [inbox.c.node_id == node_id]
    arrived = session.execute(select(inbox).where(inbox.c.msg_id == msg_id, *tenant)).first()
    if arrived is None:
        return None
    summary = find(session, id=msg_id, direction="in", limit=1)[0]
    return Life(summary, _steps_in(session, arrived), arrived.raw, tuple(arrived.reasons or ()))


def _outgoing() -> Any:
    table = outbox.c
    return select(
        table.msg_id.label("id"),
        literal("out").label("direction"),
        table.stream.label("peer"),
        table.node_id.label("node"),
        table.type.label("type"),
        table.aggregate.label("subject"),
        table.seq.label("seq"),
        table.state.label("state"),
        func.coalesce(
            table.receipted_at, table.sent_at, table.sealed_at, table.created_at, type_=table.created_at.type
        ).label("since"),
        table.last_error.label("reason"),
        table.correlationid.label("correlationid"),
    )


def _incoming() -> Any:
    table = inbox.c
    return select(
        table.msg_id,
        literal("in"),
        table.source,
        table.node_id,
        table.type,
        table.aggregate,
        table.seq,
        func.coalesce(table.outcome, "received"),
        func.coalesce(table.outcome_at, table.received_at, type_=table.received_at.type),
        table.code,
        table.correlationid,
    )


def _steps_out(row: Row[Any]) -> tuple[Step, ...]:
    """What the sender stored: written, sealed, sent, and the receiver's word."""
    moments = [
        (row.created_at, "written", f"{row.aggregate} {row.seq}"),
        (row.sealed_at, "sealed", str(row.nodeseq or "")),
        (row.sent_at, "sent", str(row.attempts)),
        (row.receipted_at, "refused" if row.state == "refused" else "receipted", row.last_error or ""),
    ]
    steps = tuple(Step(at, step, detail) for at, step, detail in moments if at is not None)
    if row.state in ("held", "parked"):
        return (*steps, Step(row.sent_at, row.state, row.last_error or ""))
    return steps


def _steps_in(session: Session, row: Row[Any]) -> tuple[Step, ...]:
    """What the receiver stored: received, held, and the end."""
    steps = [Step(row.received_at, "received", str(row.nodeseq))]
    held = session.execute(
        select(inbox_held.c.since, inbox_held.c.last_error).where(
            inbox_held.c.source == row.source, inbox_held.c.msg_id == row.msg_id
        )
    ).one_or_none()
    if held is not None:
        steps.append(Step(held.since, "held", held.last_error or f"{row.aggregate} {row.seq}"))
    for entry in _parkings(session, row):
        steps.append(Step(entry.last_seen, "parked", f"{entry.reason}: {entry.detail or ''}"))
        if entry.decision is not None:
            steps.append(Step(entry.decided_at, "decided", f"{entry.decision}: {entry.decided_by}"))
    if row.outcome in ("applied", "stale", "refused"):
        steps.append(Step(row.outcome_at, row.outcome, row.code or ""))
    return tuple(steps)


def _parkings(session: Session, row: Row[Any]) -> Sequence[Row[Any]]:
    mine = and_(parked.c.source == row.source, or_(parked.c.msg_id == row.msg_id))
    return session.execute(select(parked).where(mine).order_by(parked.c.last_seen)).all()
