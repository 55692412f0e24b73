"""What waits for a person: messages that stopped, and work for partners that did, by the cause they share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from gateway import audit
from gateway.ops import rules
from gateway.ops.finding import Entry
from gateway.ops.rules import Turn
from gateway.partners import due
from queues import node_urn
from queues.tables import inbox, job, parked

MESSAGE = "message"


class NothingParked(LookupError):
    """Nothing of this name waits for a person."""


@dataclass(frozen=True, slots=True)
class Parking:
    """Something that waits for a person: a message (``what`` is message) or work for a partner (its name)."""

    key: str
    """``message-<row>`` or ``job-<row>``."""
    what: str
    entry: Entry
    detail: str
    times: int
    """How often it was tried."""
    turn: Turn
    reruns: int = 0
    """How often a person let it run again."""

    @property
    def row(self) -> int:
        return int(self.key.rpartition("-")[2])

    @property
    def group(self) -> str:
        """The key of the cause it shares with others."""
        return rules.group_key(self.what, _reason(self.what, self.entry.reason), self.detail)

    @property
    def can_run(self) -> bool:
        return self.what != MESSAGE or self.entry.reason not in rules.NO_TURN


@dataclass(frozen=True, slots=True)
class Group:
    """Everything that stopped for one cause."""

    key: str
    what: str
    reason: str
    """Of a message why it stopped, of work for a partner the failure class."""
    signature: str
    causes: tuple[tuple[str, str], ...]
    """Reason and detail as stored, all of which have this signature."""
    count: int
    first: datetime
    last: datetime
    nodes: tuple[str, ...]

    @property
    def can_run(self) -> bool:
        return self.what != MESSAGE or self.reason not in rules.NO_TURN


def count(session: Session) -> int:
    """How much waits for a person."""
    messages = session.scalar(select(func.count()).select_from(parked).where(parked.c.decision.is_(None))) or 0
    return messages + (session.scalar(select(func.count()).select_from(job).where(job.c.state == "parked")) or 0)


def oldest(session: Session) -> datetime | None:
    """Since when something waits for a person."""
    message = session.scalar(select(func.min(parked.c.first_seen)).where(parked.c.decision.is_(None)))
    stuck = session.scalar(select(func.min(job.c.finished_at)).where(job.c.state == "parked"))
    return min((at for at in (message, stuck) if at is not None), default=None)


def groups(session: Session) -> list[Group]:
    """What waits, by cause; the longest waiting cause first."""
    found: dict[str, list[tuple[str, str, str, Row[Any]]]] = {}
    for row in session.execute(_message_causes()):
        key = rules.group_key(MESSAGE, row.reason, row.detail)
        found.setdefault(key, []).append((MESSAGE, row.reason, row.detail, row))
    for row in session.execute(_job_causes()):
        what = due.partner_of(row.kind)
        key = rules.group_key(what, failure_class(row.detail), row.detail)
        found.setdefault(key, []).append((what, failure_class(row.detail), row.detail, row))
    made = [_group(key, rows) for key, rows in found.items()]
    return sorted(made, key=lambda one: (one.first, one.key))


def group(session: Session, key: str) -> Group:
    """The group of this key, or the one that a thing (by its own key or its message) belongs to.

    Raises NothingParked.
    """
    known = {one.key: one for one in groups(session)}
    if key in known:
        return known[key]
    kind, _, row = key.rpartition("-")
    if kind in (MESSAGE, "job") and row.isdigit():
        things = _things(session, parked.c.id == int(row) if kind == MESSAGE else None,
                         job.c.id == int(row) if kind == "job" else None)  # fmt: skip
    else:
        things = of_message(session, key)
    if not things:
        raise NothingParked(key)
    return known[things[0].group]


def of_group(session: Session, wanted: Group, limit: int | None = None) -> list[Parking]:
    """All of a group, oldest first, those of one record in the order of the record."""
    if wanted.what == MESSAGE:
        same = or_(*(and_(parked.c.reason == reason, _detail() == text) for reason, text in wanted.causes))
        things = _things(session, same, None, limit)
    else:
        texts = [text for _, text in wanted.causes]
        same = and_(job.c.kind == due.kind(wanted.what), _text(job.c.last_error).in_(texts))
        things = _things(session, None, same, limit)
    return rules.in_record_order([(one, one.turn) for one in things])


def of_message(session: Session, message_id: str) -> list[Parking]:
    """What of one message waits for a person."""
    return _things(session, parked.c.msg_id == message_id, job.c.payload_ref == message_id)


def everything(session: Session, limit: int = 1000) -> list[Parking]:
    """Everything that waits, longest waiting first."""
    things = _things(session, parked.c.decision.is_(None), job.c.state == "parked", limit)
    return sorted(things, key=lambda one: one.entry.since)[:limit]


def failure_class(error: str | None) -> str:
    """The class at the beginning of a job's error, or nothing."""
    class_ = (error or "").partition(":")[0]
    return class_ if len(class_) == 2 and class_[0] == "F" else ""


def _reason(what: str, reason: str | None) -> str:
    return (reason or "") if what == MESSAGE else failure_class(reason)


def _detail() -> Any:
    return _text(parked.c.detail)


def _text(column: ColumnElement[str | None]) -> ColumnElement[str]:
    """Empty instead of nothing. Written out, because PostgreSQL groups by nothing that holds a parameter."""
    return func.coalesce(column, literal_column("''"))


def _message_causes() -> Any:
    table = parked.c
    return (
        select(
            table.reason, _detail().label("detail"), table.node_id, func.count().label("number"),
            func.min(table.first_seen, type_=table.first_seen.type).label("first"),
            func.max(table.last_seen, type_=table.last_seen.type).label("last"),
        )
        .where(table.decision.is_(None))
        .group_by(table.reason, _detail(), table.node_id)
    )  # fmt: skip


def _job_causes() -> Any:
    since = func.coalesce(job.c.finished_at, job.c.created_at, type_=job.c.created_at.type)
    return (
        select(
            job.c.kind, _text(job.c.last_error).label("detail"), job.c.node_id,
            func.count().label("number"),
            func.min(since, type_=job.c.created_at.type).label("first"),
            func.max(since, type_=job.c.created_at.type).label("last"),
        )
        .where(job.c.state == "parked")
        .group_by(job.c.kind, _text(job.c.last_error), job.c.node_id)
    )  # fmt: skip


def _group(key: str, rows: Sequence[tuple[str, str, str, Row[Any]]]) -> Group:
    what, reason, cause, _ = rows[0]
    return Group(
        key=key,
        what=what,
        reason=reason,
        signature=rules.signature(cause),
        causes=tuple(sorted({(reason, detail) for _, reason, detail, _ in rows})),
        count=sum(row.number for *_, row in rows),
        first=min(row.first for *_, row in rows),
        last=max(row.last for *_, row in rows),
        nodes=tuple(sorted({row.node_id for *_, row in rows})),
    )


def _things(session: Session, messages: Any, jobs: Any, limit: int | None = None) -> list[Parking]:
    """Undecided messages and stuck jobs under these conditions; None for none of them."""
    found: list[Parking] = []
    if messages is not None:
        found += [_parked_message(row) for row in session.execute(_open_messages().where(messages).limit(limit))]
    if jobs is not None:
        found += [_parked_job(row) for row in session.execute(_stuck_jobs().where(jobs).limit(limit))]
    return found


def with_reruns(session: Session, things: Iterable[Parking]) -> list[Parking]:
    """The same with how often a person let each run again."""
    listed = list(things)
    times = audit.times(session, audit.RUN_AGAIN, [f"message/{one.entry.id}" for one in listed])
    return [
        Parking(one.key, one.what, one.entry, one.detail, one.times, one.turn, times.get(f"message/{one.entry.id}", 0))
        for one in listed
    ]


def _open_messages() -> Any:
    """Messages that nobody decided about, without their bytes."""
    table = parked.c
    wanted = (table.id, table.msg_id, table.type, table.node_id, table.aggregate, table.first_seen, table.reason)
    mine = and_(inbox.c.source == table.source, inbox.c.msg_id == table.msg_id)
    return (
        select(*wanted, table.detail, table.deliveries, inbox.c.seq)
        .select_from(parked.outerjoin(inbox, mine))
        .where(table.decision.is_(None))
        .order_by(table.first_seen, table.id)
    )


def _stuck_jobs() -> Any:
    """Work for partners that nobody decided about, with what the message is about."""
    # By source and not by node, because that is how the message log is indexed.
    mine = and_(inbox.c.source == literal(node_urn("")) + job.c.node_id, inbox.c.msg_id == job.c.payload_ref)
    return (
        select(job, inbox.c.type, inbox.c.aggregate, inbox.c.seq)
        .select_from(job.outerjoin(inbox, mine))
        .where(job.c.state == "parked")
        .order_by(job.c.created_at, job.c.id)
    )


def _parked_message(row: Row[Any]) -> Parking:
    entry = Entry(row.msg_id, row.type or "", row.node_id, row.aggregate or "", "parked", row.first_seen, row.reason)
    turn = Turn((row.node_id, row.aggregate or row.msg_id), row.seq or 0)
    return Parking(f"{MESSAGE}-{row.id}", MESSAGE, entry, row.detail or "", row.deliveries, turn)


def _parked_job(row: Row[Any]) -> Parking:
    since = row.finished_at or row.created_at
    entry = Entry(
        row.payload_ref or "", row.type or "", row.node_id, row.aggregate or "", "parked", since, row.last_error
    )
    turn = Turn((row.node_id, row.aggregate or row.payload_ref or str(row.id)), row.seq or 0)
    return Parking(f"job-{row.id}", due.partner_of(row.kind), entry, row.last_error or "", row.attempts or 1, turn)
