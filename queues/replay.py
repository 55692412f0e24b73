"""Stored raw bytes through the same verification and handling again.

``again`` (the normal mode) reads a stretch of a stream a second time: the inbox keys make it harmless, only messages
that ended as refused or parked get a new chance, for instance after an upgrade. ``rebuild`` makes projections anew from
the whole log: it resets the versions and hands every message that was applied, in its order, to its handler, marked
``envelope.replay``. A job's ``key`` is unique, so no partner gets anything twice; messages that handlers post during a
rebuild are discarded with ``discard_posts``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from queues.settling import Arrived, Handler, Settler
from queues.signing import KeyRing, Untrusted, open_sealed
from queues.tables import inbox, outbox, outgoing_version, record_version


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many messages were read, handled, left as they were, and could not be verified."""

    read: int
    handled: int
    left: int
    untrusted: int


def again(
    session: Session,
    *,
    source: str,
    audience: str,
    keys: KeyRing,
    handlers: Mapping[str, Handler],
    first: int,
    last: int,
    now: datetime,
    dry_run: bool = False,
    node_id: str | None = None,
) -> Replayed:
    """Read ``nodeseq`` first to last of one stream again in the caller's transaction.

    What was applied or stale stays. A refused or parked message is handled when its record did not move on since.
    ``dry_run`` verifies and counts and changes nothing.
    """
    settler = Settler(handlers, node_id=node_id)
    table = inbox.c
    stretch = select(inbox).where(table.source == source, table.nodeseq >= first, table.nodeseq <= last)
    read = handled = untrusted = 0
    for row in session.execute(stretch.order_by(table.nodeseq)).all():
        read += 1
        arrived = _verified(row, keys=keys, audience=audience)
        if arrived is None:
            untrusted += 1
        elif row.outcome in ("refused", "parked") and arrived.seq == settler.last(session, arrived):
            handled += 1
            if not dry_run:
                settler.settle(session, arrived, now=now)
    return Replayed(read, handled, read - handled - untrusted, untrusted)


def rebuild(
    session: Session,
    *,
    audience: str,
    keys: KeyRing,
    handlers: Mapping[str, Handler],
    now: datetime,
    node_id: str | None = None,
    discard_posts: bool = True,
) -> Replayed:
    """Hand all applied messages of all streams to their handlers again, in the order they were applied.

    The caller emptied the projections before, in the same transaction. Raises queues.settling.Failed (and nothing is
    committed) when a handler fails on a message it once applied.
    """
    settler = Settler(handlers, node_id=node_id)
    posted_before = session.scalar(select(func.max(outbox.c.id))) or 0
    versions_before = session.execute(select(outgoing_version)).all()
    session.execute(delete(record_version))
    handled = untrusted = 0
    entries = _in_applied_order(session)
    for entry in entries:
        row = session.execute(select(inbox).where(inbox.c.id == entry.id)).one()
        arrived = _verified(row, keys=keys, audience=audience)
        if arrived is None:
            untrusted += 1
            continue
        if row.outcome == "applied":
            settler.handle(session, _marked(arrived), now=now)
            handled += 1
        settler.use_up(session, arrived)
    if discard_posts:
        _discard(session, posted_before, versions_before)
    read = session.scalar(select(func.count()).select_from(inbox)) or 0
    return Replayed(read, handled, read - handled - untrusted, untrusted)


def _in_applied_order(session: Session) -> list[Any]:
    """Used-up messages in the order of arrival, where one that came before its turn waits for it, as it did then.

    No instant is read: clocks jump.
    """
    table = inbox.c
    used_up = select(table.id, table.source, table.aggregate, table.seq, table.outcome).where(
        table.outcome.in_(("applied", "refused", "parked"))
    )
    turns: dict[tuple[str, str], list[Any]] = {}
    rows: list[Any] = list(session.execute(used_up.order_by(table.id)))
    for row in rows:
        turns.setdefault((row.source, row.aggregate), []).append(row)
    for of_record in turns.values():
        of_record.sort(key=lambda row: row.seq, reverse=True)
    arrived: set[int] = set()
    ordered: list[Any] = []
    for row in rows:
        arrived.add(row.id)
        of_record = turns[(row.source, row.aggregate)]
        while of_record and of_record[-1].id in arrived:
            ordered.append(of_record.pop())
    return ordered


def _verified(row: Row[Any], *, keys: KeyRing, audience: str) -> Arrived | None:
    try:
        opened = open_sealed(row.raw, keys=keys, peer=row.source, audience=audience, from_log=True)
    except Untrusted:
        return None
    stated = opened.envelope or opened.frame
    return None if stated is None else Arrived(stated, opened.envelope, opened.reasons, row.raw)


def _marked(arrived: Arrived) -> Arrived:
    envelope = None if arrived.envelope is None else arrived.envelope.for_replay()
    return Arrived(arrived.stated, envelope, arrived.reasons, arrived.raw)


def _discard(session: Session, posted_before: int, versions_before: Any) -> None:
    """The world was told already: drop what handlers posted during the rebuild and give the numbers back."""
    session.execute(delete(outbox).where(outbox.c.id > posted_before))
    session.execute(delete(outgoing_version))
    if versions_before:
        session.execute(outgoing_version.insert(), [dict(row._mapping) for row in versions_before])
