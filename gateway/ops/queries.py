"""What the first page asks: how nodes, queues and partners are; and what one partner's page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import Session

from gateway.members import queries as members
from gateway.ops import alerts, canaries, parkings, rules
from gateway.ops.alerts import Condition
from gateway.ops.finding import DAY, WAITING
from gateway.partners import due
from gateway.partners.connectors import Partner
from gateway.partners.models import ExchangedFile, PartnerCall, PartnerState, Submission
from queues import Depth
from queues.boxes import OPEN_STATES
from queues.tables import inbox, inbox_held, job, outbox


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
    paused_by: str | None = None
    skew_seconds: int | None = None
    """How far its clock is ahead of ours."""
    canary_seconds: float | None = None
    """How long the last canary took there and back."""
    waits_there: int | None = None
    """Its own messages without receipt, as it said in its last receipt."""
    release: str | None = None


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
    p50_seconds: float | None = None
    paused_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything on the first page."""

    ok: bool
    nodes: tuple[NodeStatus, ...]
    queues: tuple[QueueStatus, ...]
    partners: tuple[PartnerStatus, ...]
    parked: int
    oldest_seconds: int | None
    conditions: tuple[Condition, ...] = ()
    """What an alert tells of, as it is at this moment."""


def status(session: Session, partners: Mapping[str, Partner], sizes: Mapping[str, Depth], now: datetime) -> Status:
    """How everything is. ``sizes`` say what lies in the carrier's queues, as far as it was asked."""
    nodes = _nodes(session, now)
    ours = tuple(_partner(session, partner, now) for partner in partners.values())
    waiting = parkings.count(session)
    oldest = _age(_oldest_open(session), now)
    found = (*alerts.conditions(session, now), *alerts.of_lines(session), *alerts.standing_still(session, now))
    good = (
        not waiting
        and not found
        and all(one.state in ("working", "not-set-up") for one in ours)
        and all(one.paused_by is None for one in nodes)
        and (oldest or 0) < rules.LATE.total_seconds()
    )
    return Status(good, nodes, _queues(session, nodes, ours, sizes, now), ours, waiting, oldest, found)


def due_count(session: Session) -> int:
    """How many records are due at partners or on their way; the row that asks for news never ends and counts not."""
    records = (job.c.kind.startswith(due.kind("")), job.c.state.in_(WAITING))
    return session.scalar(select(func.count()).select_from(job).where(*records)) or 0


def awaited_count(session: Session) -> int:
    """How many records partners have not said their last word about."""
    return session.scalar(select(func.count()).select_from(Submission).where(Submission.state != "closed")) or 0


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
            session,
            inbox.c.node_id,
            func.count(),
            and_(inbox.c.received_at >= now - DAY, inbox.c.outcome == "refused"),
        )
    )
    clocks = members.clock_differences(session, now)
    back, told = canaries.last(session), members.reports(session)
    return tuple(
        NodeStatus(
            one.node_id,
            one.name,
            one.state,
            _age(seen.get(one.node_id), now),
            open_.get(one.node_id, 0),
            _age(unanswered.get(one.node_id), now),
            held.get(one.node_id, 0),
            refused.get(one.node_id, 0),
            paused_by=one.paused_by,
            skew_seconds=round(clocks[one.node_id].total_seconds()) if one.node_id in clocks else None,
            canary_seconds=back[one.node_id].roundtrip_seconds if one.node_id in back else None,
            waits_there=told[one.node_id][1].waiting if one.node_id in told else None,
            release=told[one.node_id][1].release if one.node_id in told else None,
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
        p95_seconds=_quantile(took, 95),
        p50_seconds=_quantile(took, 50),
        calls=len(calls),
        asked=session.scalar(open_) or 0,
        paused_by=state.paused_by if state else None,
        last_error=state.last_error if state else None,
        oldest_seconds=_age(oldest, now),
        paused_reason=state.paused_reason if state else None,
    )


def _quantile(took: Sequence[int], percent: int) -> float | None:
    """Of sorted milliseconds, in seconds."""
    return took[(len(took) * percent - 1) // 100] / 1000 if took else None


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
    sizes: Mapping[str, Depth],
    now: datetime,
) -> tuple[QueueStatus, ...]:
    running = dict(_pairs(session, job.c.kind, func.count(), job.c.state == "running"))
    waiting = dict(_pairs(session, outbox.c.node_id, func.min(outbox.c.created_at), outbox.c.state.in_(OPEN_STATES)))
    lines = []
    for node in nodes:
        if node.state == "active":
            lines.append(_line_queue(f"in.{node.id}", sizes, None))
            oldest = _age(waiting.get(node.id), now)
            lines.append(_line_queue(f"out.{node.id}", sizes, oldest))
    for partner in partners:
        busy = running.get(due.kind(partner.name), 0)
        name = f"conn.{partner.name}"
        readers = sizes[name].consumers if name in sizes else None
        lines.append(QueueStatus(name, partner.waiting - busy, busy, readers, partner.oldest_seconds))
    return (*lines, QueueStatus("parking", parkings.count(session), 0, 0, _age(parkings.oldest(session), now)))


def _line_queue(name: str, sizes: Mapping[str, Depth], oldest: int | None) -> QueueStatus:
    known = sizes.get(name)
    return QueueStatus(name, known.ready if known else None, None, known.consumers if known else None, oldest)


def _oldest_open(session: Session) -> datetime | None:
    """The oldest message or due row that is not at its end; rows of a gathering window are not late."""
    sent = session.scalar(select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(OPEN_STATES)))
    held = session.scalar(select(func.min(inbox_held.c.since)))
    late = session.scalar(select(func.min(job.c.next_attempt_at)).where(job.c.state.in_(WAITING)))
    return min((at for at in (sent, held, late) if at is not None), default=None)


def _age(at: datetime | None, now: datetime) -> int | None:
    return None if at is None else max(0, int((now - at).total_seconds()))
