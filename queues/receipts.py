"""Receipts and reports of a gap: signed, cumulative, outside outbox and chain, so that they never cause each other.

A receipt says: everything of your stream after ``from_nodeseq`` and up to ``upto_nodeseq`` is in my database; your
chain at that number is ``chain_hash``; and these messages ended, or wait, in another way than applied. What a lost
receipt said is asked for again by the sender's next repeat and then answered in so many words.

A node's receipt also tells how the node is: its release, and how much of its own waits for a receipt of ours.
"""

from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from queues.envelope import GAP, RECEIPT, Envelope, Hash, MessageId, id_of, node_urn, uuid7
from queues.retry import resend_wait
from queues.settling import raise_alarm
from queues.signing import SigningKey, seal
from queues.tables import inbox, outbox, outgoing_stream, receipt, stream_position
from queues.uplink import Parcel

BETWEEN_RECEIPTS = timedelta(seconds=1)
GAP_AGE = timedelta(minutes=10)
_REPEATED = 500
"""Numbers before the last receipt that are told again, in case that one was lost."""
_MOST_OUTCOMES = 1000

_STATES = {"applied": "receipted", "stale": "receipted", "refused": "refused", "parked": "parked", "held": "held"}
_OPEN = ("sealed", "sent", "held", "parked")
_WAITING = ("new", "sealed", "sent")
RELEASE = version("kora")


class Outcome(BaseModel):
    """The end (or wait) of one message."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    id: MessageId
    outcome: Literal["applied", "stale", "held", "refused", "parked"]
    code: str | None = None


class Report(BaseModel):
    """How a node is: its release, how many of its messages have no receipt yet, and how old the oldest of them is."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    release: Annotated[str, Field(max_length=40)]
    waiting: Annotated[int, Field(ge=0)]
    oldest_seconds: Annotated[int, Field(ge=0)] | None = None


class Receipt(BaseModel):
    """``data`` of ``kora.receipt.issued.v1``."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    from_nodeseq: Annotated[int, Field(ge=0)]
    upto_nodeseq: Annotated[int, Field(ge=0)]
    chain_hash: Hash
    outcomes: tuple[Outcome, ...] = ()
    report: Report | None = None


class Gap(BaseModel):
    """``data`` of ``kora.gap.found.v1``: both ends are missing numbers."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    from_nodeseq: Annotated[int, Field(ge=1)]
    to_nodeseq: Annotated[int, Field(ge=1)]


def issue(session: Session, *, key: SigningKey, own: str, now: datetime) -> list[Parcel]:
    """Write the receipts that are due (at most one per second and sender) and return them sealed."""
    told = stream_position.c
    news = or_(
        told.contiguous_nodeseq > told.told_nodeseq,
        select(inbox.c.msg_id).where(inbox.c.source == told.source, inbox.c.owed).exists(),
    )
    # An instant that is still to come was written before the clock was set back.
    quiet = or_(told.told_at.is_(None), told.told_at <= now - BETWEEN_RECEIPTS, told.told_at > now)
    # In the order of all others who write: the stream first. One that another process holds is told about later.
    due = select(stream_position).where(news, quiet).order_by(told.source).with_for_update(skip_locked=True)
    positions = session.execute(due).all()
    return [_issue_one(session, position, key=key, own=own, now=now) for position in positions]


def _issue_one(session: Session, position: Any, *, key: SigningKey, own: str, now: datetime) -> Parcel:
    source = position.source
    start = max(0, min(position.told_nodeseq, position.contiguous_nodeseq) - _REPEATED)
    rows = session.execute(_to_tell(source, start)).all()
    upto, chain_hash = position.contiguous_nodeseq, position.chain_hash
    if len(rows) > _MOST_OUTCOMES:
        rows = rows[:_MOST_OUTCOMES]
        if rows[-1].nodeseq < upto:
            upto, chain_hash = rows[-1].nodeseq, rows[-1].digest
    told = Receipt(
        from_nodeseq=min(start, upto),
        upto_nodeseq=upto,
        chain_hash=chain_hash,
        outcomes=tuple(Outcome(id=row.msg_id, outcome=row.outcome, code=row.code) for row in rows),
        report=_report(session, now) if own.startswith(node_urn("")) else None,
    )
    parcel = _carriage(key, own=own, to=source, type_=RECEIPT, subject="receipt", data=told, now=now)
    session.execute(
        update(inbox)
        .where(inbox.c.source == source, inbox.c.owed, inbox.c.msg_id.in_([row.msg_id for row in rows]))
        .values(owed=False)
    )
    session.execute(
        update(stream_position).where(stream_position.c.source == source).values(told_nodeseq=upto, told_at=now)
    )
    _keep(session, told, node_id=position.node_id, source=own, audience=source, signature=parcel.raw, now=now)
    return parcel


def _report(session: Session, now: datetime) -> Report:
    waiting = select(func.count(), func.min(outbox.c.created_at, type_=outbox.c.created_at.type))
    number, oldest = session.execute(waiting.where(outbox.c.state.in_(_WAITING))).one()
    age = None if oldest is None else max(0, int((now - oldest).total_seconds()))
    return Report(release=RELEASE, waiting=number, oldest_seconds=age)


def _to_tell(source: str, start: int) -> Any:
    """What is owed, and what did not simply get applied since ``start``; in the order of the stream."""
    table = inbox.c
    unusual = and_(table.nodeseq > start, table.outcome.in_(("held", "refused", "parked")))
    return (
        select(table.msg_id, table.nodeseq, table.digest, table.outcome, table.code)
        .where(table.source == source, table.outcome.is_not(None), or_(table.owed, unusual))
        .order_by(table.nodeseq)
        .limit(_MOST_OUTCOMES + 1)
    )


def accept(session: Session, envelope: Envelope, raw: bytes, *, node_id: str, now: datetime) -> None:
    """Close outbox rows by a receipt; a chain that differs from ours is an alarm and closes nothing."""
    try:
        told = Receipt.model_validate(envelope.data)
    except ValidationError:
        raise_alarm(
            session,
            node_id=node_id,
            kind="bad-receipt",
            source=envelope.source,
            msg_id=envelope.id,
            detail="a signed receipt that cannot be read",
            now=now,
        )
        return
    if not _chain_agrees(session, envelope.source, told):
        raise_alarm(
            session,
            node_id=node_id,
            kind="chain-mismatch",
            source=envelope.source,
            msg_id=envelope.id,
            detail=f"the receipt up to {told.upto_nodeseq} does not fit what we sealed",
            now=now,
        )
        return
    _close(session, envelope.source, told, now)
    _keep(session, told, node_id=node_id, source=envelope.source, audience=envelope.audience, signature=raw, now=now)


def _chain_agrees(session: Session, stream: str, told: Receipt) -> bool:
    """True when our own seal at ``upto_nodeseq`` has that hash, or is no longer kept."""
    if told.upto_nodeseq == 0:
        return True
    ours = select(outgoing_stream.c.nodeseq).where(outgoing_stream.c.stream == stream)
    if told.upto_nodeseq > (session.scalar(ours) or 0):
        return False
    sealed = select(outbox.c.digest).where(outbox.c.stream == stream, outbox.c.nodeseq == told.upto_nodeseq)
    return session.scalar(sealed) in (None, told.chain_hash)


def _close(session: Session, stream: str, told: Receipt, now: datetime) -> None:
    by_state: dict[str, list[Outcome]] = {}
    for outcome in told.outcomes:
        by_state.setdefault(_STATES[outcome.outcome], []).append(outcome)
    still_open = and_(outbox.c.stream == stream, outbox.c.state.in_(_OPEN))
    for state, ended in by_state.items():
        values: dict[str, Any] = {"state": state}
        if state == "receipted":
            values["receipted_at"] = now
        if state in ("held", "parked"):
            values["next_attempt_at"] = now + resend_wait(16)
        if state == "refused":
            values["receipted_at"] = now
            values["last_error"] = func.coalesce(outbox.c.last_error, ended[0].code)
        session.execute(update(outbox).where(still_open, outbox.c.msg_id.in_([one.id for one in ended])).values(values))
    listed = [one.id for one in told.outcomes]
    covered = and_(
        still_open,
        outbox.c.nodeseq > told.from_nodeseq,
        outbox.c.nodeseq <= told.upto_nodeseq,
        outbox.c.msg_id.not_in(listed),
    )
    session.execute(update(outbox).where(covered).values(state="receipted", receipted_at=now))


def find_gaps(session: Session, *, key: SigningKey, own: str, now: datetime) -> list[Parcel]:
    """Report, at most every ten minutes, the first gap of each stream that is older than ten minutes."""
    later = (
        select(
            inbox.c.source,
            func.min(inbox.c.received_at).label("since"),
            func.min(inbox.c.nodeseq).label("next"),
            stream_position.c.contiguous_nodeseq,
        )
        .join(stream_position, stream_position.c.source == inbox.c.source)
        .where(inbox.c.nodeseq > stream_position.c.contiguous_nodeseq)
        .where(
            or_(stream_position.c.gap_told_at.is_(None), stream_position.c.gap_told_at <= now - GAP_AGE),
        )
        .group_by(inbox.c.source, stream_position.c.contiguous_nodeseq)
        .having(func.min(inbox.c.received_at) <= now - GAP_AGE)
    )
    parcels = []
    for source, _since, following, contiguous in session.execute(later).all():
        gap = Gap(from_nodeseq=contiguous + 1, to_nodeseq=following - 1)
        parcels.append(_carriage(key, own=own, to=source, type_=GAP, subject="gap", data=gap, now=now))
        session.execute(update(stream_position).where(stream_position.c.source == source).values(gap_told_at=now))
    return parcels


def fill_gap(session: Session, envelope: Envelope, *, node_id: str, now: datetime) -> None:
    """Send the missing numbers again, whatever we believed of them."""
    try:
        gap = Gap.model_validate(envelope.data)
    except ValidationError:
        raise_alarm(
            session,
            node_id=node_id,
            kind="bad-gap",
            source=envelope.source,
            msg_id=envelope.id,
            detail="a signed report of a gap that cannot be read",
            now=now,
        )
        return
    session.execute(
        update(outbox)
        .where(
            outbox.c.stream == envelope.source,
            outbox.c.nodeseq >= gap.from_nodeseq,
            outbox.c.nodeseq <= gap.to_nodeseq,
            outbox.c.sealed.is_not(None),
        )
        .values(state="sent", next_attempt_at=now, receipted_at=None)
    )


def _carriage(
    key: SigningKey, *, own: str, to: str, type_: str, subject: str, data: BaseModel, now: datetime
) -> Parcel:
    id_ = uuid7()
    fields = {
        "id": id_,
        "source": own,
        "type": type_,
        "subject": f"{subject}/{id_of(to)}",
        "time": now,
        "correlationid": id_,
        "audience": to,
        "data": data.model_dump(mode="json", exclude_none=True),
    }
    return Parcel(id_, to, seal(key, fields), type_, str(fields["subject"]))


def _keep(
    session: Session, told: Receipt, *, node_id: str, source: str, audience: str, signature: bytes, now: datetime
) -> None:
    """Receipts of both directions stay, with their bytes, so that nobody can deny them."""
    session.execute(
        receipt.insert().values(
            node_id=node_id,
            source=source,
            audience=audience,
            upto_nodeseq=told.upto_nodeseq,
            chain_hash=told.chain_hash,
            outcomes=[outcome.model_dump(exclude_none=True) for outcome in told.outcomes],
            signature=signature,
            at=now,
        )
    )
