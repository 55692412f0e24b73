"""A batch in which nothing is unusual: every message fresh, next in its stream and next of its record, and handled.

Such a batch, which is nearly every one, is taken in with a few statements for all of it. At the first thing that is
not plain the whole transaction is given up and the intake takes the batch again, message by message.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from queues.crash import crash_point
from queues.envelope import REFUSAL, Envelope
from queues.positions import position
from queues.settling import Arrived, Handler, Many, Settler
from queues.tables import inbox, inbox_held, record_version, stream_position, upsert, write_all


class Unusual(Exception):
    """Something in the batch needs care; nothing of this transaction may be committed."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A message that was opened without complaint, and the digest of its bytes."""

    arrived: Arrived
    envelope: Envelope
    digest: str


def apply(
    session: Session, batch: Sequence[Plain], handlers: Mapping[str, Handler], settler: Settler, now: datetime
) -> None:
    """Store and handle all messages in the caller's transaction.

    Raises Unusual, or whatever a handler raises; then the caller rolls back.
    """
    for source, stream in _by_source(batch):
        end = _in_stream(session, source, stream, settler, now)
        _demand_plain(session, source, stream, handlers)
        versions = _in_records(session, source, stream)
        tenant = settler.tenant(source)
        session.execute(inbox.insert(), [_row(one, tenant, now) for one in stream])
        crash_point("intake.after_insert")
        _handle(session, stream, handlers)
        session.flush()
        _move_on(session, source, tenant, versions, end, now)


def _by_source(batch: Sequence[Plain]) -> Iterator[tuple[str, list[Plain]]]:
    """Stream by stream, always in the same order, so that two readers never wait for each other."""
    streams: dict[str, list[Plain]] = {}
    for one in batch:
        streams.setdefault(one.arrived.stated.source, []).append(one)
    return iter(sorted(streams.items()))


def _demand_plain(session: Session, source: str, stream: Sequence[Plain], handlers: Mapping[str, Handler]) -> None:
    """Nothing that ends otherwise than applied, and nothing of this stream on hold. Raises Unusual."""
    for one in stream:
        if one.envelope.type == REFUSAL or one.envelope.type not in handlers or one.envelope.expirytime is not None:
            raise Unusual(one.envelope.type)
    if session.scalar(select(inbox_held.c.seq).where(inbox_held.c.source == source).limit(1)) is not None:
        raise Unusual("held")


def _in_stream(
    session: Session, source: str, stream: Sequence[Plain], settler: Settler, now: datetime
) -> tuple[int, str]:
    """The stream's end behind the batch: last number and chain hash. Raises Unusual at a gap or broken link.

    An id that was there before fails at the inbox itself.
    """
    number, chain = position(session, source, node_id=settler.tenant(source), now=now)
    ahead = select(inbox.c.id).where(inbox.c.source == source, inbox.c.nodeseq > number)
    if session.scalar(ahead.limit(1)) is not None:
        raise Unusual("ahead")
    for one in stream:
        if one.envelope.nodeseq != number + 1 or one.envelope.prevhash != chain:
            raise Unusual("order")
        number, chain = number + 1, one.digest
    return number, chain


def _in_records(session: Session, source: str, stream: Sequence[Plain]) -> dict[str, int]:
    """The last number of each record behind the batch. Raises Unusual for one that is not next."""
    subjects = {one.envelope.subject for one in stream}
    table = record_version.c
    mine = select(table.aggregate, table.seq).where(table.source == source, table.aggregate.in_(subjects))
    last: dict[str, int] = {subject: seq for subject, seq in session.execute(mine)}  # noqa: C416
    for one in stream:
        subject = one.envelope.subject
        if one.arrived.seq != last.get(subject, 0) + 1:
            raise Unusual("version")
        last[subject] = one.arrived.seq
    return last


def _row(one: Plain, tenant: str, now: datetime) -> dict[str, Any]:
    stated = one.envelope
    return {
        "source": stated.source, "msg_id": stated.id, "node_id": tenant, "nodeseq": stated.nodeseq,
        "prevhash": stated.prevhash, "digest": one.digest, "type": stated.type, "aggregate": stated.subject,
        "seq": one.arrived.seq, "correlationid": stated.correlationid, "received_at": now, "outcome": "applied",
        "outcome_at": now, "reasons": [], "owed": False, "raw": one.arrived.raw,
    }  # fmt: skip


def _handle(session: Session, stream: Iterable[Plain], handlers: Mapping[str, Handler]) -> None:
    """Runs of one type together, where their handler takes many at once."""
    for type_, run in groupby((one.envelope for one in stream), key=lambda envelope: envelope.type):
        handler = handlers[type_]
        if isinstance(handler, Many):
            handler.handle(session, list(run))
        else:
            for envelope in run:
                handler(session, envelope)


def _move_on(
    session: Session, source: str, tenant: str, versions: Mapping[str, int], end: tuple[int, str], now: datetime
) -> None:
    moved = upsert(session, record_version)
    moved = moved.on_conflict_do_update(index_elements=["source", "aggregate"], set_={"seq": moved.excluded.seq})
    rows = [{"aggregate": subject, "seq": seq} for subject, seq in versions.items()]
    write_all(session, moved, rows, source=source, node_id=tenant)
    session.execute(
        update(stream_position)
        .where(stream_position.c.source == source)
        .values(contiguous_nodeseq=end[0], chain_hash=end[1], updated_at=now, gap_told_at=None)
    )
