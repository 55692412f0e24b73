"""What becomes of an arrived message: applied, stale, held, refused or parked, in the order of its record.

Only ``sequence`` = last + 1 of a record is given to a handler; an older one is stale (a newer state is there), a newer
one is held. A refused or parked message uses its number up, so a bad message stops only itself.
"""

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from queues.boxes import post
from queues.envelope import REFUSAL, Envelope, Frame, Refused, id_of, reasons_of, version_problem
from queues.tables import alarm, inbox, inbox_held, outbox, parked, record_version, upsert

Handler = Callable[[Session, Envelope], None]


@dataclass(frozen=True, slots=True)
class Many:
    """A handler that takes several messages of its type at once, in their order: for what must be fast."""

    handle: Callable[[Session, Sequence[Envelope]], None]

    def __call__(self, session: Session, envelope: Envelope) -> None:
        self.handle(session, [envelope])


DELIVERIES_BEFORE_PARKING = 5

log = logging.getLogger(__name__)


class Failed(Exception):
    """A handler raised something that is no refusal; ``detail`` tells where, without data of the message."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Arrived:
    """An inbox row in the making: what the sender stated and, where it could be read, the whole message."""

    stated: Envelope | Frame
    envelope: Envelope | None
    reasons: tuple[dict[str, str], ...]
    raw: bytes

    @property
    def key(self) -> tuple[str, str]:
        return self.stated.source, self.stated.id

    @property
    def seq(self) -> int:
        return int(self.stated.sequence or 0)


class Settler:
    """Gives messages to handlers and writes down the outcome. ``node_id`` is the tenant (None: the sender's id)."""

    def __init__(self, handlers: Mapping[str, Handler], *, node_id: str | None = None) -> None:
        self._handlers = handlers
        self._node_id = node_id

    def tenant(self, source: str) -> str:
        return self._node_id or id_of(source)

    def handle(self, session: Session, arrived: Arrived, *, now: datetime) -> None:
        """Give one message to its handler under a savepoint. Raises Refused or Failed; then nothing of it remains."""
        savepoint = session.begin_nested()
        try:
            self._call(session, arrived, now)
            session.flush()
        except OperationalError:
            raise
        except (Refused, ValidationError) as error:
            savepoint.rollback()
            raise _as_refusal(error) from error
        except Exception as error:
            savepoint.rollback()
            log.exception("handler failed", extra={"message_id": arrived.stated.id, "type": arrived.stated.type})
            raise Failed(_where(error)) from error
        savepoint.commit()

    def _call(self, session: Session, arrived: Arrived, now: datetime) -> None:
        envelope = arrived.envelope
        if envelope is None:
            raise Refused("bad-schema", arrived.reasons)
        if envelope.expirytime is not None and envelope.expirytime < now and not envelope.replay:
            raise Refused("expired")
        if envelope.type == REFUSAL:
            _note_refusal(session, envelope)
        handler = self._handlers.get(envelope.type)
        if handler is not None:
            handler(session, envelope)
            return
        problem = version_problem(envelope.type, {*self._handlers, REFUSAL})
        if problem is not None:
            raise Refused(problem)

    def settle(self, session: Session, arrived: Arrived, *, now: datetime) -> str:
        """Handle a message whose turn it is; the outcome ``applied`` or ``refused``. Raises Failed."""
        try:
            self.handle(session, arrived, now=now)
        except Refused as refusal:
            self._refuse(session, arrived, refusal, now)
            outcome = "refused"
        else:
            outcome = "applied"
            self._note(session, arrived, outcome, now)
        self.use_up(session, arrived)
        return outcome

    def park(
        self,
        session: Session,
        arrived: Arrived,
        *,
        queue: str,
        reason: str,
        detail: str,
        deliveries: int,
        headers: Mapping[str, Any] | None = None,
        now: datetime,
    ) -> None:
        """Leave a message to a person; its number of the record is used up."""
        self._note(session, arrived, "parked", now, code=reason)
        keep_parked(
            session,
            node_id=self.tenant(arrived.stated.source),
            source=arrived.stated.source,
            msg_id=arrived.stated.id,
            type_=arrived.stated.type,
            aggregate=arrived.stated.subject,
            queue=queue,
            reason=reason,
            detail=detail,
            raw=arrived.raw,
            headers=headers or {},
            deliveries=deliveries,
            now=now,
        )
        if arrived.seq == self.expected(session, arrived):
            self.use_up(session, arrived)

    def hold(self, session: Session, arrived: Arrived, *, now: datetime) -> None:
        """Keep a message that came before its turn."""
        self._note(session, arrived, "held", now)
        stated = arrived.stated
        session.execute(
            upsert(session, inbox_held)
            .values(
                source=stated.source,
                aggregate=stated.subject,
                seq=arrived.seq,
                msg_id=stated.id,
                since=now,
                node_id=self.tenant(stated.source),
            )
            .on_conflict_do_nothing()
        )

    def stale(self, session: Session, arrived: Arrived, *, now: datetime) -> None:
        """A newer state of the record was applied already."""
        self._note(session, arrived, "stale", now)

    def last(self, session: Session, arrived: Arrived) -> int:
        """The number of the record's last used-up message; 0 at the beginning."""
        table = record_version.c
        mine = select(table.seq).where(table.source == arrived.stated.source, table.aggregate == arrived.stated.subject)
        return session.scalar(mine) or 0

    def expected(self, session: Session, arrived: Arrived) -> int:
        """The number whose turn it is; parked and refused ones in between are used up."""
        turn = self.last(session, arrived) + 1
        if arrived.seq <= turn:
            return turn
        table = inbox.c
        ended = select(table.seq).where(
            table.source == arrived.stated.source,
            table.aggregate == arrived.stated.subject,
            table.seq >= turn,
            table.seq < arrived.seq,
            table.outcome.in_(("parked", "refused")),
        )
        done = set(session.scalars(ended))
        while turn in done:
            turn += 1
        return turn

    def use_up(self, session: Session, arrived: Arrived) -> None:
        """Move the record on to this message's number; never back."""
        stated = arrived.stated
        session.execute(
            upsert(session, record_version)
            .values(source=stated.source, aggregate=stated.subject, seq=arrived.seq, node_id=self.tenant(stated.source))
            .on_conflict_do_update(
                index_elements=["source", "aggregate"],
                set_={"seq": arrived.seq},
                where=record_version.c.seq < arrived.seq,
            )
        )

    def unhold(self, session: Session, arrived: Arrived) -> None:
        stated = arrived.stated
        session.execute(
            delete(inbox_held).where(
                inbox_held.c.source == stated.source,
                inbox_held.c.aggregate == stated.subject,
                inbox_held.c.seq == arrived.seq,
            )
        )

    def _refuse(self, session: Session, arrived: Arrived, refusal: Refused, now: datetime) -> None:
        self._note(session, arrived, "refused", now, code=refusal.code, reasons=refusal.reasons)
        stated = arrived.stated
        tell_refusal(
            session,
            node_id=self.tenant(stated.source),
            source=stated.source,
            msg_id=stated.id,
            type_=stated.type,
            subject=stated.subject,
            correlationid=stated.correlationid,
            refusal=refusal,
            now=now,
        )

    def _note(
        self,
        session: Session,
        arrived: Arrived,
        outcome: str,
        now: datetime,
        *,
        code: str | None = None,
        reasons: tuple[dict[str, str], ...] = (),
    ) -> None:
        """Write the outcome. What is not plainly applied is owed to the sender in so many words."""
        source, msg_id = arrived.key
        owed = True if outcome not in ("applied", "stale") else inbox.c.outcome.is_not(None)
        session.execute(
            update(inbox)
            .where(inbox.c.source == source, inbox.c.msg_id == msg_id)
            .values(outcome=outcome, outcome_at=now, code=code, reasons=list(reasons), owed=owed)
        )


def tell_refusal(
    session: Session,
    *,
    node_id: str,
    source: str,
    msg_id: str,
    type_: str,
    subject: str,
    correlationid: str | None,
    refusal: Refused,
    now: datetime,
) -> None:
    """Post the reason back to the sender; a refusal is never answered by a refusal."""
    if type_ == REFUSAL:
        return
    post(
        session,
        node_id=node_id,
        stream=source,
        type=REFUSAL,
        subject=subject,
        data={"message": msg_id, "code": refusal.code, "type": type_, "reasons": list(refusal.reasons)},
        correlationid=correlationid,
        causationid=msg_id,
        now=now,
    )


def keep_parked(
    session: Session,
    *,
    node_id: str,
    source: str,
    msg_id: str,
    type_: str | None,
    aggregate: str | None,
    queue: str,
    reason: str,
    detail: str,
    raw: bytes,
    headers: Mapping[str, Any],
    deliveries: int,
    now: datetime,
) -> None:
    """Write or renew a parked row with the original bytes."""
    fresh = {
        "detail": detail,
        "deliveries": deliveries,
        "last_seen": now,
        "decision": None,
        "decided_by": None,
        "decided_at": None,
    }
    statement = upsert(session, parked).values(
        node_id=node_id,
        source=source,
        msg_id=msg_id,
        type=type_,
        aggregate=aggregate,
        queue=queue,
        reason=reason,
        raw=raw,
        headers=_plain(headers),
        first_seen=now,
        **fresh,
    )
    session.execute(statement.on_conflict_do_update(index_elements=["source", "msg_id", "reason"], set_=fresh))


def raise_alarm(
    session: Session, *, node_id: str, kind: str, source: str, msg_id: str | None, detail: str, now: datetime
) -> None:
    """Write an alarm for the operators: something an honest sender on a working line does not do."""
    log.error("alarm %s", kind, extra={"kind": kind, "source": source, "message_id": msg_id})
    session.execute(
        alarm.insert().values(node_id=node_id, kind=kind, source=source, msg_id=msg_id, detail=detail, at=now)
    )


def _note_refusal(session: Session, envelope: Envelope) -> None:
    """Our own message ends as refused, whichever of receipt and refusal comes first."""
    session.execute(
        update(outbox)
        .where(outbox.c.msg_id == str(envelope.data.get("message")), outbox.c.stream == envelope.source)
        .values(state="refused", last_error=str(envelope.data.get("code")))
    )


def _as_refusal(error: Refused | ValidationError) -> Refused:
    return error if isinstance(error, Refused) else Refused("bad-data", reasons_of(error))


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"


def _plain(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in headers.items() if isinstance(value, str | int | float | bool)}
