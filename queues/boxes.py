"""Posting messages and telling how far they are.

The verbs of the applications: ``post`` in the transaction of the change, ``status`` for the strip on top of a screen.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from queues.envelope import FIRST_PREVHASH, LARGEST_MESSAGE, Envelope, uuid7
from queues.notify import ring
from queues.tables import inbox, outbox, outgoing_version, receipt, upsert

_LARGEST_BODY = LARGEST_MESSAGE * 3 // 4 - 4096
"""Bytes of JSON that fit a sealed message: base64 adds a third, the envelope's own fields and signature the rest."""

OPEN_STATES = ("new", "sealed", "sent", "held", "parked")


class MessageTooLarge(ValueError):
    """The body does not fit one message; it has to go in pages."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How far the messages of one side are: rows by state, age of the oldest unanswered, last receipt."""

    new: int
    sealed: int
    sent: int
    receipted: int
    refused: int
    parked: int
    held: int
    oldest_seconds: int | None
    last_receipt: datetime | None


def post(
    session: Session,
    *,
    node_id: str,
    stream: str,
    type: str,
    subject: str,
    data: Mapping[str, Any],
    changed: Collection[str] = (),
    correlationid: str | None = None,
    causationid: str | None = None,
    dataschema: str | None = None,
    traceparent: str | None = None,
    expirytime: datetime | None = None,
    now: datetime,
) -> str:
    """Add a message to the outbox in the caller's transaction and return its id.

    ``stream`` is the URN of the audience, ``subject`` the record's id at its owner. The record's next number is taken
    here, under a row lock, so two writers of one record can neither share a number nor swap their order. ``changed``
    travels in ``data``. Without ``correlationid`` the message begins a story of its own. The sender's URN (``source``)
    is added when the relay seals the message.

    Raises pydantic.ValidationError when a field has not the form of its kind, MessageTooLarge when ``data`` is too
    long.
    """
    msg_id = uuid7()
    content = {**data, "changed": sorted(changed)} if changed else dict(data)
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if len(body.encode()) > _LARGEST_BODY:
        raise MessageTooLarge(f"{type} {subject}: {len(body.encode())} bytes, at most {_LARGEST_BODY}")
    values: dict[str, Any] = {
        "type": type,
        "correlationid": correlationid or msg_id,
        "causationid": causationid,
        "dataschema": dataschema,
        "traceparent": traceparent,
        "expirytime": expirytime,
    }
    _check(values, msg_id=msg_id, stream=stream, subject=subject, data=content, now=now)
    seq = _next_seq(session, node_id=node_id, stream=stream, subject=subject)
    session.execute(
        insert(outbox).values(
            node_id=node_id,
            msg_id=msg_id,
            stream=stream,
            aggregate=subject,
            seq=seq,
            body=body,
            created_at=now,
            state="new",
            next_attempt_at=now,
            **values,
        )
    )
    ring(session)
    return msg_id


def status(session: Session, *, node_id: str | None = None, done: bool = True, now: datetime) -> SyncStatus:
    """Counts of the outbox by state; ``held`` counts what the receiver holds, by its last word.

    Without ``done`` the messages that have their receipt, by far the most, are not counted and read 0.
    """
    numbers = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    if not done:
        numbers = numbers.where(outbox.c.state.in_((*OPEN_STATES, "refused")))
    oldest = select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(OPEN_STATES))
    last = select(func.max(receipt.c.at)).where(receipt.c.source.in_(select(outbox.c.stream)))
    if node_id is not None:
        numbers = numbers.where(outbox.c.node_id == node_id)
        oldest = oldest.where(outbox.c.node_id == node_id)
        last = last.where(receipt.c.node_id == node_id)
    count: dict[str, int] = {state: number for state, number in session.execute(numbers)}  # noqa: C416
    since = session.scalar(oldest)
    return SyncStatus(
        new=count.get("new", 0),
        sealed=count.get("sealed", 0),
        sent=count.get("sent", 0),
        receipted=count.get("receipted", 0),
        refused=count.get("refused", 0),
        parked=count.get("parked", 0),
        held=count.get("held", 0),
        oldest_seconds=None if since is None else max(0, int((now - since).total_seconds())),
        last_receipt=session.scalar(last),
    )


def outcomes(session: Session, *, node_id: str | None = None) -> dict[str, int]:
    """Arrived messages by outcome: ``applied, stale, held, refused, parked``."""
    statement = select(inbox.c.outcome, func.count()).group_by(inbox.c.outcome)
    if node_id is not None:
        statement = statement.where(inbox.c.node_id == node_id)
    return {outcome: number for outcome, number in session.execute(statement)}  # noqa: C416


def _next_seq(session: Session, *, node_id: str, stream: str, subject: str) -> int:
    statement = upsert(session, outgoing_version).values(stream=stream, aggregate=subject, node_id=node_id, seq=1)
    counted = statement.on_conflict_do_update(
        index_elements=["stream", "aggregate"], set_={"seq": outgoing_version.c.seq + 1}
    )
    return int(session.execute(counted.returning(outgoing_version.c.seq)).scalar_one())


def _check(
    values: Mapping[str, Any], *, msg_id: str, stream: str, subject: str, data: Mapping[str, Any], now: datetime
) -> None:
    """Find a message that could never be sealed now, while its writer can still be told.

    The author is not known here, so the audience stands in for it; the numbers are those of a first message.
    """
    Envelope(
        id=msg_id,
        source=stream,
        subject=subject,
        time=now,
        sequence="1",
        nodeseq=1,
        prevhash=FIRST_PREVHASH,
        audience=stream,
        data=dict(data),
        **values,
    )
