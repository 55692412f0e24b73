"""The sending half of the carrier: outbox -> uplink.

One relay per stream, by a lease in the database. Rows are chosen by state, never by a cursor, and sealed (numbered,
chained, signed, stored) before the first send, so that every further send is the same bytes.
"""

import json
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, and_, bindparam, case, func, literal, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from queues.crash import crash_point
from queues.envelope import FIRST_PREVHASH
from queues.retry import FailureClass, decide, resend_wait
from queues.signing import SigningKey, digest, seal
from queues.tables import outbox, outgoing_stream, upsert
from queues.uplink import Parcel, Uplink

BATCH = 500
"""Messages sealed, sent and noted together; what a turn costs by itself is shared by all of them."""
BATCHES_IN_A_ROW = 5
LEASE = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=2)
"""No row waits longer; one that seems to was written before the clock was set back."""
UNSENT = ("new", "sealed")
UNANSWERED = ("sent", "held", "parked")


class Relay:
    """Sends what is due. ``source`` is the URN of this node or gateway; it becomes the ``source`` of every message.

    ``paused`` is asked per stream; a paused stream keeps its rows.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        uplink: Uplink,
        *,
        key: SigningKey,
        source: str,
        paused: Callable[[str], bool] = lambda stream: False,
        owner: str | None = None,
        batch: int = BATCH,
    ) -> None:
        self._sessions = sessions
        self._uplink = uplink
        self._key = key
        self._source = source
        self._paused = paused
        self._owner = owner or f"relay-{uuid.uuid4().hex}"
        self._batch = batch

    @property
    def engine(self) -> Engine:
        """Where the outbox is."""
        bind: Engine = self._sessions.kw["bind"]
        return bind

    def sockets(self) -> list[int]:
        """File numbers that become readable when the line brings something."""
        return self._uplink.sockets()

    def run_once(self, now: datetime) -> int:
        """Some batches of each stream that has something due; the number of messages the uplink took over."""
        return sum(self._run_stream(stream, now) for stream in self._due_streams(now) if not self._paused(stream))

    def _due_streams(self, now: datetime) -> Sequence[str]:
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            due = select(outbox.c.stream).where(_is_due(now)).distinct().order_by(outbox.c.stream)
            return session.scalars(due).all()

    def _run_stream(self, stream: str, now: datetime) -> int:
        """While there are full batches and all of them is taken over, some before the next stream has its turn."""
        taken = 0
        for _ in range(BATCHES_IN_A_ROW):
            batch = self._run_batch(stream, now)
            taken += batch
            if batch < self._batch:
                break
        return taken

    def _run_batch(self, stream: str, now: datetime) -> int:
        parcels = self._prepare(stream, now)
        if not parcels:
            return 0
        crash_point("relay.after_seal")
        accepted: list[str] = []
        try:
            accepted = self._uplink.send(parcels)
        finally:
            self._note(stream, parcels, accepted, now)
        crash_point("relay.after_confirm")
        return len(accepted)

    def _prepare(self, stream: str, now: datetime) -> list[Parcel]:
        """Take the lease and seal what is new, in one transaction."""
        with self._sessions.begin() as session:
            position = self._lease(session, stream, now)
            if position is None:
                return []
            rows = _batch_of(session, stream, now, self._batch)
            return self._seal_all(session, position, rows, now)

    def _lease(self, session: Session, stream: str, now: datetime) -> Row[Any] | None:
        """The stream's position when the lease is ours; None while another relay holds it."""
        node_id = session.scalar(select(outbox.c.node_id).where(outbox.c.stream == stream).limit(1))
        first = upsert(session, outgoing_stream).values(
            stream=stream, node_id=node_id, nodeseq=0, chain_hash=FIRST_PREVHASH
        )
        session.execute(first.on_conflict_do_nothing())
        table = outgoing_stream.c
        ended = or_(table.lease_until < now, table.lease_until > now + LEASE)  # nobody takes it for longer
        free = or_(table.lease_owner.is_(None), table.lease_owner == self._owner, ended)
        statement = (
            update(outgoing_stream)
            .where(table.stream == stream, free)
            .values(lease_owner=self._owner, lease_until=now + LEASE)
            .returning(table.nodeseq, table.chain_hash)
        )
        return session.execute(statement).one_or_none()

    def _seal_all(self, session: Session, position: Row[Any], rows: Sequence[Row[Any]], now: datetime) -> list[Parcel]:
        nodeseq, chain_hash = position.nodeseq, position.chain_hash
        sealed_rows: list[dict[str, Any]] = []
        parcels = []
        for row in rows:
            sealed, number = row.sealed, row.nodeseq
            if row.state == "new":
                nodeseq = number = nodeseq + 1
                sealed = seal(self._key, _fields(row, self._source), nodeseq=nodeseq, prevhash=chain_hash)
                sealed_rows.append(_sealed_values(row.id, sealed, nodeseq, chain_hash, now))
                chain_hash = sealed_rows[-1]["digest"]
            parcels.append(Parcel(row.msg_id, row.stream, sealed, row.type, row.aggregate, row.seq, number))
        if sealed_rows:
            session.connection().execute(_SEAL, sealed_rows)
            session.execute(
                update(outgoing_stream)
                .where(outgoing_stream.c.stream == rows[0].stream)
                .values(nodeseq=nodeseq, chain_hash=chain_hash)
            )
        return parcels

    def _note(self, stream: str, parcels: Sequence[Parcel], accepted: Sequence[str], now: datetime) -> None:
        """Write down what was taken over; the rest waits as a line that failed does."""
        taken = set(accepted)
        with self._sessions.begin() as session:
            found = select(outbox.c.id, outbox.c.msg_id, outbox.c.attempts).where(
                outbox.c.msg_id.in_([parcel.id for parcel in parcels])
            )
            sent: dict[int, list[int]] = {}
            failed: list[int] = []
            for id_, msg_id, attempts in session.execute(found):
                (sent.setdefault(attempts, []) if msg_id in taken else failed).append(id_)
            for attempts, ids in sent.items():
                session.execute(_sent(ids, now, now + resend_wait(attempts + 1)))
            if failed:
                session.execute(_not_sent(failed, now))
            session.execute(
                update(outgoing_stream)
                .where(outgoing_stream.c.stream == stream, outgoing_stream.c.lease_owner == self._owner)
                .values(lease_owner=None, lease_until=None)
            )


def _is_due(now: datetime, states: Sequence[str] = (*UNSENT, *UNANSWERED)) -> Any:
    waited = or_(outbox.c.next_attempt_at <= now, outbox.c.next_attempt_at > now + LONGEST_WAIT)
    return and_(outbox.c.state.in_(states), waited)


def _batch_of(session: Session, stream: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Due rows in the order they were written, without records that have an older row waiting unsent.

    A question for each of the two indexes: one for both states makes a planner read the whole outbox.
    """
    rows: list[Row[Any]] = []
    for states in (UNANSWERED, UNSENT):
        due = select(outbox).where(outbox.c.stream == stream, _is_due(now, states))
        rows += session.execute(due.order_by(outbox.c.id).limit(limit - len(rows))).all()
    waiting = _waiting(session, stream, {row.aggregate for row in rows if row.state in UNSENT}, now)
    free = [row for row in rows if row.seq <= waiting.get(row.aggregate, row.seq)]
    return sorted(free, key=lambda row: row.id)


def _waiting(session: Session, stream: str, aggregates: Collection[str], now: datetime) -> dict[str, int]:
    """The first number of each record that is not sent and has to wait; the later ones wait with it."""
    if not aggregates:
        return {}
    later = and_(outbox.c.next_attempt_at > now, outbox.c.next_attempt_at <= now + LONGEST_WAIT)
    unsent = (outbox.c.stream == stream, outbox.c.aggregate.in_(aggregates), outbox.c.state.in_(UNSENT), later)
    asked = select(outbox.c.aggregate, func.min(outbox.c.seq)).where(*unsent).group_by(outbox.c.aggregate)
    return {aggregate: seq for aggregate, seq in session.execute(asked)}  # noqa: C416


def _fields(row: Row[Any], source: str) -> dict[str, Any]:
    return {
        "id": row.msg_id,
        "source": source,
        "type": row.type,
        "subject": row.aggregate,
        "time": row.created_at,
        "dataschema": row.dataschema,
        "sequence": str(row.seq),
        "correlationid": row.correlationid,
        "causationid": row.causationid,
        "traceparent": row.traceparent,
        "audience": row.stream,
        "expirytime": row.expirytime,
        "data": json.loads(row.body),
    }


def _sealed_values(id_: int, sealed: bytes, nodeseq: int, prevhash: str, now: datetime) -> dict[str, Any]:
    return {
        "row": id_,
        "sealed": sealed,
        "nodeseq": nodeseq,
        "prevhash": prevhash,
        "digest": digest(sealed),
        "at": now,
    }


_SEAL = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state="sealed",
        sealed=bindparam("sealed"),
        nodeseq=bindparam("nodeseq"),
        prevhash=bindparam("prevhash"),
        digest=bindparam("digest"),
        sealed_at=bindparam("at"),
    )
)
"""Numbering, chain and signature of one row."""


def _sent(ids: Sequence[int], now: datetime, again: datetime) -> Any:
    """The carrier has these; without a receipt they are sent ``again``."""
    return (
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(
            state=case((outbox.c.state == "sealed", "sent"), else_=outbox.c.state),
            sent_at=func.coalesce(outbox.c.sent_at, literal(now, outbox.c.sent_at.type)),
            attempts=outbox.c.attempts + 1,
            next_attempt_at=again,
            last_error=None,
        )
    )


def _not_sent(ids: Sequence[int], now: datetime) -> Any:
    """The line did not take these: they wait as one that failed does."""
    wait = decide(FailureClass.TRANSPORT, 1).wait or timedelta(0)
    said = "the line did not take the message"
    return update(outbox).where(outbox.c.id.in_(ids)).values(next_attempt_at=now + wait, last_error=said)
