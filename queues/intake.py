"""The receiving half of the carrier: uplink -> inbox -> handler, one commit, then the acknowledgement.

A batch in which nothing is unusual is taken in together (``queues.batches``). Any other goes message by message, in
one transaction with a savepoint each, so one bad message never rolls back its neighbours.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from queues import batches, receipts
from queues.batches import Plain
from queues.crash import crash_point
from queues.envelope import CARRIAGE_TYPES, GAP, RECEIPT, Envelope
from queues.positions import advance, position
from queues.settling import DELIVERIES_BEFORE_PARKING, Arrived, Failed, Handler, Settler, keep_parked, raise_alarm
from queues.signing import KeyRing, Opened, SigningKey, Untrusted, open_sealed
from queues.tables import inbox, inbox_held, record_version, upsert, verification_count
from queues.uplink import Delivery, Parcel, Uplink

BATCH = 500
"""Messages taken in with one commit."""
BATCHES_IN_A_ROW = 5
HELD_AT_MOST = timedelta(hours=24)
BETWEEN_WATCHES = timedelta(seconds=1)

log = logging.getLogger(__name__)


class Intake:
    """Takes what arrived. ``source`` is the URN of this node or gateway: the only audience it accepts.

    ``keys`` are the public keys of the senders, ``key`` signs the receipts. ``handlers`` by message type; ``node_id``
    is the tenant of the rows (at the gateway None: the sender's id).
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        uplink: Uplink,
        *,
        keys: KeyRing,
        key: SigningKey,
        source: str,
        handlers: Mapping[str, Handler],
        node_id: str | None = None,
        batch: int = BATCH,
    ) -> None:
        self._sessions = sessions
        self._uplink = uplink
        self._keys = keys
        self._key = key
        self._source = source
        self._handlers = handlers
        self._settler = Settler(handlers, node_id=node_id)
        self._batch = batch
        self._watched: datetime | None = None

    def run_once(self, now: datetime) -> int:
        """What arrived in, receipts out; the number of deliveries taken.

        While full batches come, some of them are taken before anything else has its turn. Raises ConnectionError when
        the line is down.
        """
        taken = 0
        for _ in range(BATCHES_IN_A_ROW):
            deliveries = self._uplink.fetch(self._batch)
            if deliveries:
                self._take_all(deliveries, now)
            taken += len(deliveries)
            if len(deliveries) < self._batch:
                break
        self._take_dead(now)
        self._tend(now)
        return taken

    def close(self) -> None:
        """Let go of the line; what was not acknowledged comes again."""
        self._uplink.close()

    def _take_all(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        with self._responsible(deliveries):
            stays = self._store(deliveries, now)
        crash_point("intake.after_commit")
        waiting = {id(delivery) for delivery in stays}
        self._uplink.ack([delivery for delivery in deliveries if id(delivery) not in waiting])
        self._uplink.requeue(stays)

    @contextmanager
    def _responsible(self, deliveries: Sequence[Delivery]) -> Iterator[None]:
        """What could not be stored is taken again; unless the database could not help it, that counts as a delivery."""
        try:
            yield
        except OperationalError:
            self._uplink.put_back(deliveries)
            raise
        except Exception:
            self._uplink.requeue(deliveries)
            raise

    def _store(self, deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """All of them in one commit; those that have to be delivered again."""
        opened = [self._open(delivery) for delivery in deliveries]
        if self._take_together(deliveries, opened, now):
            return []
        with self._sessions.begin() as session:
            pairs = zip(deliveries, opened, strict=True)
            return [delivery for delivery, one in pairs if not self._take(session, delivery, one, now)]

    def _open(self, delivery: Delivery) -> Opened | Untrusted:
        try:
            return open_sealed(delivery.raw, keys=self._keys, peer=delivery.peer, audience=self._source)
        except Untrusted as problem:
            return problem

    def _take_together(
        self, deliveries: Sequence[Delivery], opened: Sequence[Opened | Untrusted], now: datetime
    ) -> bool:
        """The whole batch at once. False, and nothing done, when something in it is unusual."""
        plain: list[Plain] = []
        carriage: list[tuple[Envelope, bytes]] = []
        for delivery, one in zip(deliveries, opened, strict=True):
            if isinstance(one, Untrusted) or one.envelope is None:
                return False
            if one.envelope.type in CARRIAGE_TYPES:
                carriage.append((one.envelope, delivery.raw))
            else:
                plain.append(Plain(_arrived(one, delivery.raw), one.envelope, one.digest))
        try:
            with self._sessions.begin() as session:
                batches.apply(session, plain, self._handlers, self._settler, now)
                for envelope, raw in carriage:
                    self._carriage(session, envelope, raw, now)
        except OperationalError:
            raise
        except Exception:
            return False  # whatever it was, message by message it meets the one it belongs to
        return True

    def _take(self, session: Session, delivery: Delivery, opened: Opened | Untrusted, now: datetime) -> bool:
        """One delivery. False: it has to be delivered again."""
        if isinstance(opened, Untrusted):
            self._reject(session, delivery, opened, now)
            return True
        if opened.envelope is not None and opened.envelope.type in CARRIAGE_TYPES:
            self._carriage(session, opened.envelope, delivery.raw, now)
            return True
        arrived = _arrived(opened, delivery.raw)
        if not self._is_fresh(session, arrived, opened.digest, delivery, now):
            return True
        self._insert(session, arrived, opened.digest, now)
        crash_point("intake.after_insert")
        try:
            self._order(session, arrived, now)
        except Failed as failure:
            if delivery.count < DELIVERIES_BEFORE_PARKING:
                self._forget(session, arrived)
                return False
            self._settler.park(
                session,
                arrived,
                queue=delivery.queue,
                reason="handler-failed",
                detail=failure.detail,
                deliveries=delivery.count,
                headers=delivery.headers,
                now=now,
            )
        self._advance(session, arrived.stated.source, now)
        self._release(session, arrived.stated.source, arrived.stated.subject, now)
        return True

    def _reject(self, session: Session, delivery: Delivery, problem: Untrusted, now: datetime) -> None:
        """Before the signature is proven nothing is kept but a counter and a hash; after it, an alarm too."""
        peer = delivery.peer or "unknown"
        node_id = self._settler.tenant(peer)
        hash_ = hashlib.sha256(delivery.raw).hexdigest()
        log.warning("envelope refused", extra={"code": problem.code, "peer": peer})
        session.execute(
            upsert(session, verification_count)
            .values(source=peer, code=problem.code, node_id=node_id, count=1, last_hash=hash_, last_at=now)
            .on_conflict_do_update(
                index_elements=["source", "code"],
                set_={"count": verification_count.c.count + 1, "last_hash": hash_, "last_at": now},
            )
        )
        if problem.proven:
            detail = problem.detail or f"a signed envelope failed the check {problem.code}"
            raise_alarm(session, node_id=node_id, kind=problem.code, source=peer, msg_id=None, detail=detail, now=now)
        if problem.code == "bad-schema":
            keep_parked(
                session,
                node_id=node_id,
                source=peer,
                msg_id=hash_[:36],
                type_=None,
                aggregate=None,
                queue=delivery.queue,
                reason=problem.code,
                detail=problem.detail,
                raw=delivery.raw,
                headers=delivery.headers,
                deliveries=delivery.count,
                now=now,
            )

    def _carriage(self, session: Session, envelope: Envelope, raw: bytes, now: datetime) -> None:
        node_id = self._settler.tenant(envelope.source)
        if envelope.type == RECEIPT:
            receipts.accept(session, envelope, raw, node_id=node_id, now=now)
        elif envelope.type == GAP:
            receipts.fill_gap(session, envelope, node_id=node_id, now=now)

    def _is_fresh(self, session: Session, arrived: Arrived, digest: str, delivery: Delivery, now: datetime) -> bool:
        """False for a repeat (answered by its first outcome) and for a number or chain that contradicts us."""
        source, msg_id = arrived.key
        nodeseq = arrived.stated.nodeseq or 0
        same = select(inbox.c.msg_id, inbox.c.digest).where(
            inbox.c.source == source, or_(inbox.c.msg_id == msg_id, inbox.c.nodeseq == nodeseq)
        )
        # The stream's row lock comes first: what another reader stores meanwhile must be seen.
        contiguous, chain_hash = position(session, source, node_id=self._settler.tenant(source), now=now)
        known = session.execute(same).first()
        if known is not None and known.digest == digest:
            session.execute(update(inbox).where(inbox.c.source == source, inbox.c.msg_id == msg_id).values(owed=True))
            return False
        if known is not None or nodeseq <= contiguous:
            problem, detail = "nodeseq-conflict", f"number {nodeseq} or this id was used for another message"
        elif nodeseq == contiguous + 1 and arrived.stated.prevhash != chain_hash:
            problem, detail = "chain-mismatch", f"number {nodeseq} does not continue the chain"
        else:
            return True
        node_id = self._settler.tenant(source)
        raise_alarm(session, node_id=node_id, kind=problem, source=source, msg_id=msg_id, detail=detail, now=now)
        keep_parked(
            session,
            node_id=node_id,
            source=source,
            msg_id=msg_id,
            type_=arrived.stated.type,
            aggregate=arrived.stated.subject,
            queue=delivery.queue,
            reason=problem,
            detail=detail,
            raw=delivery.raw,
            headers=delivery.headers,
            deliveries=delivery.count,
            now=now,
        )
        return False

    def _insert(self, session: Session, arrived: Arrived, digest: str, now: datetime) -> None:
        stated = arrived.stated
        session.execute(
            inbox.insert().values(
                source=stated.source,
                msg_id=stated.id,
                node_id=self._settler.tenant(stated.source),
                nodeseq=stated.nodeseq,
                prevhash=stated.prevhash,
                digest=digest,
                type=stated.type,
                aggregate=stated.subject,
                seq=arrived.seq,
                correlationid=stated.correlationid,
                received_at=now,
                owed=False,
                raw=arrived.raw,
            )
        )

    def _forget(self, session: Session, arrived: Arrived) -> None:
        """The message will be delivered again; until then it did not arrive."""
        source, msg_id = arrived.key
        session.execute(inbox.delete().where(inbox.c.source == source, inbox.c.msg_id == msg_id))

    def _order(self, session: Session, arrived: Arrived, now: datetime) -> None:
        turn = self._settler.expected(session, arrived)
        if arrived.seq == turn:
            self._settler.settle(session, arrived, now=now)
        elif arrived.seq < turn:
            self._settler.stale(session, arrived, now=now)
        else:
            self._settler.hold(session, arrived, now=now)

    def _advance(self, session: Session, source: str, now: datetime) -> None:
        advance(session, source, node_id=self._settler.tenant(source), now=now)

    def _retry(self, session: Session, held: Row[Any], now: datetime, *, skip: bool = False) -> bool:
        """Try one held message; False when it has to wait on. ``skip``: do not wait for what is missing before it."""
        arrived = self._from_log(session, held, now)
        if arrived is None:
            return True
        last = self._settler.last(session, arrived)
        turn = self._settler.expected(session, arrived)
        if arrived.seq > turn and not skip:
            return False
        try:
            if arrived.seq > last or (held.again and arrived.seq == last):
                self._settler.settle(session, arrived, now=now)
            else:
                self._settler.stale(session, arrived, now=now)
        except Failed as failure:
            return self._failed_again(session, held, arrived, failure, now)
        self._settler.unhold(session, arrived)
        return True

    def _failed_again(self, session: Session, held: Row[Any], arrived: Arrived, failure: Failed, now: datetime) -> bool:
        attempts = held.attempts + 1
        if attempts < DELIVERIES_BEFORE_PARKING and not held.again:
            session.execute(
                update(inbox_held)
                .where(
                    inbox_held.c.source == held.source,
                    inbox_held.c.aggregate == held.aggregate,
                    inbox_held.c.seq == held.seq,
                )
                .values(attempts=attempts, last_error=failure.detail)
            )
            return False
        self._settler.unhold(session, arrived)
        self._settler.park(
            session, arrived, queue="held", reason="handler-failed", detail=failure.detail, deliveries=attempts, now=now
        )
        return True

    def _from_log(self, session: Session, held: Row[Any], now: datetime) -> Arrived | None:
        """The stored bytes, verified again; None when the author's key was distrusted meanwhile."""
        this = and_(inbox.c.source == held.source, inbox.c.msg_id == held.msg_id)
        raw = session.execute(select(inbox.c.raw).where(this)).scalar_one()
        try:
            return _arrived(open_sealed(raw, keys=self._keys, peer=None, audience=self._source, from_log=True), raw)
        except Untrusted as problem:
            session.execute(
                update(inbox).where(this).values(outcome="refused", outcome_at=now, code=problem.code, owed=True)
            )
            session.execute(
                inbox_held.delete().where(
                    inbox_held.c.source == held.source,
                    inbox_held.c.aggregate == held.aggregate,
                    inbox_held.c.seq == held.seq,
                )
            )
            return None

    def _take_dead(self, now: datetime) -> None:
        """Copy what the carrier gave up into ``parked``: a message that kills its process is found here."""
        dead = self._uplink.dead(self._batch)
        if not dead:
            return
        with self._responsible(dead), self._sessions.begin() as session:
            for delivery in dead:
                self._park_dead(session, delivery, now)
        self._uplink.ack(dead)

    def _park_dead(self, session: Session, delivery: Delivery, now: datetime) -> None:
        try:
            opened = open_sealed(delivery.raw, keys=self._keys, peer=None, audience=self._source)
        except Untrusted as problem:
            self._reject(session, delivery, problem, now)
            return
        if opened.envelope is not None and opened.envelope.type in CARRIAGE_TYPES:
            return
        arrived = _arrived(opened, delivery.raw)
        if not self._is_fresh(session, arrived, opened.digest, delivery, now):
            return
        self._insert(session, arrived, opened.digest, now)
        self._settler.park(
            session,
            arrived,
            queue=str(delivery.headers.get("x-first-death-queue", delivery.queue)),
            reason="delivery-limit",
            detail="delivered more often than its queue allows",
            deliveries=delivery.count,
            headers=delivery.headers,
            now=now,
        )
        self._advance(session, arrived.stated.source, now)
        self._release(session, arrived.stated.source, arrived.stated.subject, now)

    def _tend(self, now: datetime) -> None:
        """What is due by the clock: held messages, gaps, receipts."""
        parcels: list[Parcel] = []
        watch = self._watched is None or abs(now - self._watched) >= BETWEEN_WATCHES
        with self._sessions.begin() as session:
            if watch:
                self._watched = now
                self._retry_due(session, now)
                self._skip_overdue(session, now)
                parcels += receipts.find_gaps(session, key=self._key, own=self._source, now=now)
            parcels += receipts.issue(session, key=self._key, own=self._source, now=now)
        if parcels:
            self._uplink.send(parcels)
            crash_point("intake.after_receipt")

    def _retry_due(self, session: Session, now: datetime) -> None:
        """Held messages that failed at their turn, and those a person lets run again."""
        version = record_version.c
        due = (
            select(inbox_held)
            .outerjoin(
                record_version,
                and_(version.source == inbox_held.c.source, version.aggregate == inbox_held.c.aggregate),
            )
            .where(or_(inbox_held.c.again, inbox_held.c.seq <= func.coalesce(version.seq, 0) + 1))
            .order_by(inbox_held.c.source, inbox_held.c.aggregate, inbox_held.c.seq)
            .limit(self._batch)
        )
        for held in session.execute(due).all():
            if self._retry(session, held, now):
                self._release(session, held.source, held.aggregate, now)

    def _skip_overdue(self, session: Session, now: datetime) -> None:
        """After a day the newer full state is applied without the missing one, with an alarm."""
        overdue = (
            select(inbox_held)
            .where(inbox_held.c.since <= now - HELD_AT_MOST, ~inbox_held.c.again)
            .order_by(inbox_held.c.source, inbox_held.c.aggregate, inbox_held.c.seq)
            .limit(self._batch)
        )
        for held in session.execute(overdue).all():
            if self._retry(session, held, now, skip=True):
                raise_alarm(
                    session,
                    node_id=held.node_id,
                    kind="skipped-superseded",
                    source=held.source,
                    msg_id=held.msg_id,
                    detail=f"{held.aggregate}: number {held.seq} was applied without those before it",
                    now=now,
                )
                self._release(session, held.source, held.aggregate, now)

    def _release(self, session: Session, source: str, aggregate: str, now: datetime) -> None:
        """Handle held messages of this record for as long as it is their turn."""
        first = (
            select(inbox_held)
            .where(inbox_held.c.source == source, inbox_held.c.aggregate == aggregate)
            .order_by(inbox_held.c.seq)
            .limit(1)
        )
        held = session.execute(first).one_or_none()
        while held is not None and self._retry(session, held, now):
            held = session.execute(first).one_or_none()


def _arrived(opened: Opened, raw: bytes) -> Arrived:
    stated = opened.envelope or opened.frame
    if stated is None:
        raise Untrusted("bad-schema", proven=True)
    return Arrived(stated, opened.envelope, opened.reasons, raw)
