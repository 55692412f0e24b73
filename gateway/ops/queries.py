"""What the console asks: state of nodes, queues and partners, messages, what is parked, the life of a message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from gateway.members import queries as members
from gateway.partners import due
from gateway.partners.connectors import Partner
from gateway.partners.models import (
    ExchangedFile,
    PartnerCall,
    PartnerState,
    Submission,
    TransmissionItem,
)
from gateway.registry import queries as registry
from gateway.registry.models import PartnerAnswer
from queues import messages as carriage
from queues import node_urn
from queues.boxes import OPEN_STATES
from queues.tables import inbox, inbox_held, job, outbox, parked

DAY = timedelta(hours=24)
LATE_AFTER = timedelta(minutes=15)
SILENT_AFTER = DAY
WAITING = ("due", "running")
OPEN = "open"
WORK: Mapping[str, tuple[str, ...]] = {"waiting": WAITING, "parked": ("parked",)}
"""Work for a partner as the console calls it to states of its job."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """One line of the table of nodes; seconds are None where nothing is known or waits."""

    id: str
    name: str
    state: str
    seen_seconds: int | None
    outbox: int
    receipt_lag_seconds: int | None
    held: int
    refused: int


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """One line of the table of queues."""

    name: str
    ready: int | None
    unacked: int | None
    consumers: int | None
    oldest_seconds: int | None


@dataclass(frozen=True, slots=True)
class PartnerStatus:
    """One line of the table of partners. ``state``: working, paused, circuit-open, not-set-up."""

    name: str
    title: str
    state: str
    waiting: int
    parked: int
    success_percent: float | None
    p95_seconds: float | None
    calls: int
    asked: int
    """Records the partner has not said its last word about."""
    paused_by: str | None
    last_error: str | None
    oldest_seconds: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything on the first page."""

    ok: bool
    nodes: tuple[NodeStatus, ...]
    queues: tuple[QueueStatus, ...]
    partners: tuple[PartnerStatus, ...]
    parked: int
    oldest_seconds: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list of messages. ``direction`` is ``in`` (from a node) or ``out``."""

    id: str
    type: str
    node: str
    subject: str
    state: str
    since: datetime
    reason: str | None
    direction: str = "in"


@dataclass(frozen=True, slots=True)
class Parking:
    """Something that waits for a person: a message (``what`` is message) or work for a partner (its name)."""

    key: str
    """``message-<row>`` or ``job-<row>``."""
    what: str
    entry: Entry
    detail: str
    times: int
    similar: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of messages is narrowed to; None and empty text leave it as it is."""

    node: str | None = None
    type: str | None = None
    state: str | None = None
    """A state, or OPEN for everything that is not at its end."""
    direction: str | None = None
    text: str | None = None
    partner: str | None = None
    work: str | None = None
    """Of the partner: waiting, parked, or asked (handed over, without a last word)."""
    since: datetime | None = None


def status(session: Session, partners: Mapping[str, Partner], sizes: Mapping[str, int], now: datetime) -> Status:
    """How everything is. ``sizes`` are the messages that lie in the carrier's queues, as far as it was asked."""
    nodes = _nodes(session, now)
    ours = tuple(_partner(session, partner, now) for partner in partners.values())
    waiting = parked_count(session)
    oldest = _age(_oldest_open(session), now)
    good = (
        not waiting
        and all(one.state in ("working", "not-set-up") for one in ours)
        and all((one.seen_seconds or 0) < SILENT_AFTER.total_seconds() for one in nodes if one.state == "active")
        and (oldest or 0) < LATE_AFTER.total_seconds()
    )
    return Status(good, nodes, _queues(session, nodes, ours, sizes, now), ours, waiting, oldest)


def parked_count(session: Session) -> int:
    """How much waits for a person: messages and work for partners."""
    messages = session.scalar(select(func.count()).select_from(parked).where(parked.c.decision.is_(None))) or 0
    return messages + (session.scalar(select(func.count()).select_from(job).where(job.c.state == "parked")) or 0)


def due_count(session: Session) -> int:
    """How much work for partners is due or running."""
    return session.scalar(select(func.count()).select_from(job).where(job.c.state.in_(WAITING))) or 0


def awaited_count(session: Session) -> int:
    """How many records partners have not said their last word about."""
    return session.scalar(select(func.count()).select_from(Submission).where(Submission.state != "closed")) or 0


def messages(
    session: Session, wanted: Filter, *, limit: int = 50, offset: int = 0
) -> tuple[Sequence[Entry], int]:
    """Messages of both directions, newest first, and how many there are."""
    lines = union_all(_incoming(), _outgoing()).subquery("line")
    conditions = _conditions(lines, wanted)
    total = session.scalar(select(func.count()).select_from(lines).where(*conditions)) or 0
    found = select(lines).where(*conditions).order_by(lines.c.since.desc(), lines.c.id.desc())
    rows = session.execute(found.limit(limit).offset(offset)).all()
    return [Entry(**row._mapping) for row in rows], total


def parkings(session: Session) -> list[Parking]:
    """Everything that waits for a person, longest waiting first."""
    found = [_parked_message(row) for row in session.execute(_open_messages())]
    found += [_parked_job(row) for row in session.execute(_stuck_jobs())]
    alike: dict[tuple[str, str | None], int] = {}
    for one in found:
        alike[_cause(one)] = alike.get(_cause(one), 0) + 1
    counted = [
        Parking(one.key, one.what, one.entry, one.detail, one.times, alike[_cause(one)] - 1) for one in found
    ]
    return sorted(counted, key=lambda one: one.entry.since)


def parking_of(session: Session, message_id: str) -> list[Parking]:
    """What of one message waits for a person."""
    return [one for one in parkings(session) if one.entry.id == message_id]


def life(session: Session, message_id: str) -> tuple[Entry, list[carriage.Step], carriage.Life] | None:
    """A message, the steps of its life at the gateway and at partners in order of time, and what the carriage keeps."""
    known = carriage.life(session, message_id)
    if known is None:
        return None
    found, _ = messages(session, Filter(text=message_id), limit=1)
    steps = list(known.steps)
    if known.summary.direction == "in":
        steps += _partner_steps(session, message_id)
    return found[0], sorted(steps, key=lambda step: step.at), known


def partner_status(session: Session, partner: Partner, now: datetime) -> PartnerStatus:
    """How one partner is."""
    return _partner(session, partner, now)


def calls(session: Session, partner: str, now: datetime, limit: int = 50) -> Sequence[PartnerCall]:
    """Calls of a partner in the last 24 hours, newest first."""
    recent = select(PartnerCall).where(PartnerCall.partner == partner, PartnerCall.at >= now - DAY)
    return session.scalars(recent.order_by(PartnerCall.id.desc()).limit(limit)).all()


def files(session: Session, partner: str, limit: int = 50) -> Sequence[ExchangedFile]:
    """The last files sent to a partner and received from it, newest first."""
    mine = select(ExchangedFile).where(ExchangedFile.partner == partner)
    return session.scalars(mine.order_by(ExchangedFile.id.desc()).limit(limit)).all()


def files_of(session: Session, message_id: str) -> Sequence[ExchangedFile]:
    """The files a message went out in and those with answers to it, in the order of time."""
    sent = select(TransmissionItem.transmission_id).where(TransmissionItem.message_id == message_id)
    answered = select(PartnerAnswer.file_id).where(
        PartnerAnswer.cause == message_id, PartnerAnswer.file_id.is_not(None)
    )
    mine = or_(ExchangedFile.transmission_id.in_(sent), ExchangedFile.id.in_(answered))
    return session.scalars(select(ExchangedFile).where(mine).order_by(ExchangedFile.id)).all()


def file(session: Session, id_: int) -> ExchangedFile | None:
    """One file with its original bytes."""
    return session.get(ExchangedFile, id_)


def _nodes(session: Session, now: datetime) -> tuple[NodeStatus, ...]:
    seen = members.last_seen(session)
    open_ = dict(_pairs(session, outbox.c.node_id, func.count(), outbox.c.state.in_(OPEN_STATES)))
    unanswered = dict(_pairs(session, outbox.c.node_id, func.min(outbox.c.sent_at), outbox.c.state == "sent"))
    held = dict(_pairs(session, inbox_held.c.node_id, func.count(), literal(True)))
    refused = dict(
        _pairs(
            session, inbox.c.node_id, func.count(),
            and_(inbox.c.outcome == "refused", inbox.c.outcome_at >= now - DAY),
        )
    )
    return tuple(
        NodeStatus(
            one.node_id, one.name, one.state, _age(seen.get(one.node_id), now), open_.get(one.node_id, 0),
            _age(unanswered.get(one.node_id), now), held.get(one.node_id, 0), refused.get(one.node_id, 0),
        )
        for one in members.everybody(session)
    )


def _pairs(session: Session, key: Any, value: Any, condition: ColumnElement[bool]) -> list[tuple[str, Any]]:
    rows = session.execute(select(key, value).where(condition).group_by(key))
    return [(id_, number) for id_, number in rows]


def _partner(session: Session, partner: Partner, now: datetime) -> PartnerStatus:
    rows = dict(_pairs(session, job.c.state, func.count(), job.c.kind == due.kind(partner.name)))
    since = select(PartnerCall).where(PartnerCall.partner == partner.name, PartnerCall.at >= now - DAY)
    calls = list(session.scalars(since))
    good = sum(call.failure_class is None for call in calls)
    took = sorted(call.milliseconds for call in calls)
    state = session.get(PartnerState, partner.name)
    open_ = select(func.count()).where(Submission.partner == partner.name, Submission.state != "closed")
    oldest = session.scalar(
        select(func.min(job.c.created_at)).where(job.c.kind == due.kind(partner.name), job.c.state.in_(WAITING))
    )
    return PartnerStatus(
        name=partner.name,
        title=partner.title,
        state=_partner_state(partner, state, now),
        waiting=sum(rows.get(one, 0) for one in WAITING),
        parked=rows.get("parked", 0),
        success_percent=round(good * 100 / len(calls), 1) if calls else None,
        p95_seconds=took[(len(took) * 95 - 1) // 100] / 1000 if took else None,
        calls=len(calls),
        asked=session.scalar(open_) or 0,
        paused_by=state.paused_by if state else None,
        last_error=state.last_error if state else None,
        oldest_seconds=_age(oldest, now),
    )


def _partner_state(partner: Partner, state: PartnerState | None, now: datetime) -> str:
    if not partner.is_set_up:
        return "not-set-up"
    if state is not None and state.paused_by is not None:
        return "paused"
    return "circuit-open" if state is not None and state.retry_at is not None and state.retry_at > now else "working"


def _queues(
    session: Session,
    nodes: Sequence[NodeStatus],
    partners: Sequence[PartnerStatus],
    sizes: Mapping[str, int],
    now: datetime,
) -> tuple[QueueStatus, ...]:
    running = dict(_pairs(session, job.c.kind, func.count(), job.c.state == "running"))
    waiting = dict(_pairs(session, outbox.c.node_id, func.min(outbox.c.created_at), outbox.c.state.in_(OPEN_STATES)))
    lines = []
    for node in nodes:
        if node.state == "active":
            lines.append(QueueStatus(f"in.{node.id}", sizes.get(f"in.{node.id}"), None, None, None))
            oldest = _age(waiting.get(node.id), now)
            lines.append(QueueStatus(f"out.{node.id}", sizes.get(f"out.{node.id}"), None, None, oldest))
    for partner in partners:
        busy = running.get(due.kind(partner.name), 0)
        name = f"conn.{partner.name}"
        lines.append(QueueStatus(name, partner.waiting - busy, busy, None, partner.oldest_seconds))
    return (*lines, QueueStatus("parking", parked_count(session), 0, 0, _age(_oldest_parked(session), now)))


def _oldest_open(session: Session) -> datetime | None:
    """The oldest message or due row that is not at its end; rows of a gathering window are not late."""
    sent = session.scalar(select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(OPEN_STATES)))
    held = session.scalar(select(func.min(inbox_held.c.since)))
    late = session.scalar(select(func.min(job.c.next_attempt_at)).where(job.c.state.in_(WAITING)))
    return min((at for at in (sent, held, late) if at is not None), default=None)


def _oldest_parked(session: Session) -> datetime | None:
    """Since when something waits for a person."""
    message = session.scalar(select(func.min(parked.c.first_seen)).where(parked.c.decision.is_(None)))
    stuck = session.scalar(select(func.min(job.c.finished_at)).where(job.c.state == "parked"))
    return min((at for at in (message, stuck) if at is not None), default=None)


def _age(at: datetime | None, now: datetime) -> int | None:
    return None if at is None else max(0, int((now - at).total_seconds()))


def _incoming() -> Any:
    """A message of a node is parked when the work for a partner that it caused is."""
    # Joined as a whole, because asking for each message anew takes the square of their number.
    stuck = (
        select(job.c.node_id, job.c.payload_ref, func.max(job.c.last_error).label("why"))
        .where(job.c.state == "parked")
        .group_by(job.c.node_id, job.c.payload_ref)
        .subquery("stuck")
    )
    mine = and_(stuck.c.node_id == inbox.c.node_id, stuck.c.payload_ref == inbox.c.msg_id)
    state = case((stuck.c.payload_ref.is_not(None), "parked"), else_=func.coalesce(inbox.c.outcome, "received"))
    lines = select(
        inbox.c.msg_id.label("id"),
        inbox.c.type.label("type"),
        inbox.c.node_id.label("node"),
        inbox.c.aggregate.label("subject"),
        state.label("state"),
        func.coalesce(inbox.c.outcome_at, inbox.c.received_at, type_=inbox.c.received_at.type).label("since"),
        func.coalesce(stuck.c.why, inbox.c.code).label("reason"),
        literal("in").label("direction"),
    )
    return lines.select_from(inbox.outerjoin(stuck, mine))


def _outgoing() -> Any:
    since = func.coalesce(
        outbox.c.receipted_at, outbox.c.sent_at, outbox.c.sealed_at, outbox.c.created_at,
        type_=outbox.c.created_at.type,
    )
    error = case((outbox.c.last_error.is_not(None), outbox.c.last_error), else_=null())
    return select(
        outbox.c.msg_id, outbox.c.type, outbox.c.node_id, outbox.c.aggregate, outbox.c.state, since, error,
        literal("out"),
    )


def _conditions(lines: Any, wanted: Filter) -> list[Any]:
    state = None if wanted.state == OPEN else wanted.state
    same = {"node": wanted.node, "type": wanted.type, "state": state, "direction": wanted.direction}
    conditions: list[Any] = [lines.c[name] == value for name, value in same.items() if value]
    if wanted.state == OPEN:
        conditions.append(_is_open(lines))
    if wanted.partner:
        conditions += [lines.c.direction == "in", lines.c.id.in_(_at_partner(wanted.partner, wanted.work))]
    if wanted.since is not None:
        conditions.append(lines.c.since >= wanted.since)
    if text := (wanted.text or "").strip():
        near = [lines.c.id == text, lines.c.subject == text, lines.c.node == text]
        near.append(lines.c.subject.endswith(f"/{text}", autoescape=True))
        near.append(lines.c.id.in_(select(Submission.message_id).where(Submission.reference == text)))
        conditions.append(or_(*near))
    return conditions


def _is_open(lines: Any) -> ColumnElement[bool]:
    """Not at its end: on its way to a node, held, or work for a partner is due. What is parked waits for a person."""
    waiting = select(job.c.payload_ref).where(job.c.state.in_(WAITING), job.c.payload_ref.is_not(None))
    return or_(
        and_(lines.c.direction == "out", lines.c.state.in_(OPEN_STATES)),
        and_(lines.c.direction == "in", or_(lines.c.state.in_(("received", "held")), lines.c.id.in_(waiting))),
    )


def _at_partner(partner: str, work: str | None) -> Any:
    """Ids of the messages with work for a partner."""
    if work == "asked":
        return select(Submission.message_id).where(Submission.partner == partner, Submission.state != "closed")
    mine = select(job.c.payload_ref).where(job.c.kind == due.kind(partner), job.c.payload_ref.is_not(None))
    states = WORK.get(work or "")
    return mine.where(job.c.state.in_(states)) if states else mine


def _open_messages() -> Any:
    """Messages that nobody decided about, without their bytes."""
    table = parked.c
    wanted = (table.id, table.msg_id, table.type, table.node_id, table.aggregate, table.first_seen, table.reason)
    return (
        select(*wanted, table.detail, table.deliveries)
        .where(table.decision.is_(None))
        .order_by(table.first_seen, table.id)
    )


def _stuck_jobs() -> Any:
    """Work for partners that nobody decided about, with what the message is about."""
    # By source and not by node, because that is how the message log is indexed.
    mine = and_(inbox.c.source == literal(node_urn("")) + job.c.node_id, inbox.c.msg_id == job.c.payload_ref)
    return (
        select(job, inbox.c.type, inbox.c.aggregate)
        .select_from(job.outerjoin(inbox, mine))
        .where(job.c.state == "parked")
        .order_by(job.c.finished_at, job.c.id)
    )


def _parked_message(row: Row[Any]) -> Parking:
    entry = Entry(
        row.msg_id, row.type or "", row.node_id, row.aggregate or "", "parked", row.first_seen, row.reason
    )
    return Parking(f"message-{row.id}", "message", entry, row.detail or "", row.deliveries, 0)


def _parked_job(row: Row[Any]) -> Parking:
    since = row.finished_at or row.created_at
    type_, subject = row.type or "", row.aggregate or ""
    entry = Entry(row.payload_ref or "", type_, row.node_id, subject, "parked", since, row.last_error)
    return Parking(f"job-{row.id}", due.partner_of(row.kind), entry, row.last_error or "", row.attempts or 1, 0)


def _cause(one: Parking) -> tuple[str, str | None]:
    return one.what, one.detail or one.entry.reason


def _partner_steps(session: Session, message_id: str) -> list[carriage.Step]:
    """Routed, called, sent, answered: what happened to the message after it was applied."""
    steps = []
    for row in session.execute(select(job).where(job.c.payload_ref == message_id)):
        steps.append(carriage.Step(row.created_at, "routed", due.partner_of(row.kind)))
    calls = (
        select(PartnerCall)
        .join(TransmissionItem, TransmissionItem.transmission_id == PartnerCall.transmission_id)
        .where(TransmissionItem.message_id == message_id)
    )
    for call in session.scalars(calls.order_by(PartnerCall.id)):
        steps.append(carriage.Step(call.at, "called", call.error or f"{call.partner}, {call.milliseconds} ms"))
    for one in session.scalars(select(Submission).where(Submission.message_id == message_id)):
        steps.append(carriage.Step(one.sent_at, "handed-over", one.reference))
    for said in registry.answers_to(session, message_id):
        steps.append(carriage.Step(said.at, "answered", f"{said.partner} {said.status}"))
        told = carriage.life(session, said.message_id)
        steps += [step for step in told.steps if step.step in ("sent", "receipted")] if told else []
    # Last, because a call and the parking it led to bear the same instant.
    stuck = select(job).where(job.c.payload_ref == message_id, job.c.state == "parked")
    steps += [
        carriage.Step(row.finished_at or row.created_at, "parked", row.last_error or "")
        for row in session.execute(stuck)
    ]
    return steps
