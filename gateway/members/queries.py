"""Questions about the members."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, sessionmaker

from gateway.members.models import Member, NodeKey
from gateway.members.rules import clock_difference
from queues import KeyRing, KnownKey, Report, envelope_of, node_urn
from queues.tables import inbox, receipt

RECENT = timedelta(hours=24)
CLOCK_SAMPLE = 10
"""Receipts a clock is judged by."""


def everybody(session: Session) -> Sequence[Member]:
    """All members, by id."""
    return session.scalars(select(Member).order_by(Member.node_id)).all()


def get(session: Session, node_id: str) -> Member | None:
    """One member."""
    return session.scalar(select(Member).where(Member.node_id == node_id))


def active(session: Session) -> list[str]:
    """Ids of the nodes that may speak and listen."""
    return list(session.scalars(select(Member.node_id).where(Member.state == "active").order_by(Member.node_id)))


def names(session: Session) -> dict[str, str]:
    """Node id to the society's name."""
    return {one.node_id: one.name for one in everybody(session)}


def talking(session: Session) -> list[str]:
    """Ids of the nodes whose messages are carried now: let in, and not paused."""
    carried = select(Member.node_id).where(Member.state == "active", Member.paused_by.is_(None))
    return list(session.scalars(carried.order_by(Member.node_id)))


def last_seen(session: Session) -> dict[str, datetime]:
    """When each node was last heard: a message or a receipt of it."""
    # One look into an index for each node, because going through all messages takes longer with every day.
    message = select(func.max(inbox.c.received_at, type_=inbox.c.received_at.type)).where(
        inbox.c.node_id == Member.node_id
    )
    answer = select(func.max(receipt.c.at, type_=receipt.c.at.type)).where(
        receipt.c.node_id == Member.node_id, receipt.c.source == literal(node_urn("")) + Member.node_id
    )
    rows = session.execute(select(Member.node_id, message.scalar_subquery(), answer.scalar_subquery()))
    heard = {node_id: [at for at in instants if at is not None] for node_id, *instants in rows}
    return {node_id: max(instants) for node_id, instants in heard.items() if instants}


def clock_differences(session: Session, now: datetime) -> dict[str, timedelta]:
    """How far each node's clock is ahead of ours, from what it signed in the last 24 hours."""
    found = {}
    for node_id in active(session):
        difference = _by_receipts(session, node_id, now - RECENT)
        if difference is None:
            # A message may have waited at the node, so it can only show a clock that is ahead.
            ahead = _by_messages(session, node_id, now - RECENT)
            difference = ahead if ahead is not None and ahead > timedelta() else None
        if difference is not None:
            found[node_id] = difference
    return found


def _by_receipts(session: Session, node_id: str, since: datetime) -> timedelta | None:
    """By what a node's clock said in its last receipts, which are written the moment they are sent."""
    told = select(receipt.c.signature, receipt.c.at).where(
        receipt.c.node_id == node_id, receipt.c.source == node_urn(node_id), receipt.c.at >= since
    )
    return _difference(session.execute(told.order_by(receipt.c.at.desc()).limit(CLOCK_SAMPLE)))


def _by_messages(session: Session, node_id: str, since: datetime) -> timedelta | None:
    said = select(inbox.c.raw, inbox.c.received_at).where(inbox.c.node_id == node_id, inbox.c.received_at >= since)
    return _difference(session.execute(said.order_by(inbox.c.received_at.desc()).limit(CLOCK_SAMPLE)))


def _difference(rows: Iterable[Any]) -> timedelta | None:
    return clock_difference((datetime.fromisoformat(str(envelope_of(raw)["time"])), at) for raw, at in rows)


def formats(session: Session) -> dict[str, str]:
    """Node id to the format of its last message (``work:1.3``), which tells what release it runs."""
    found = {}
    for node_id in active(session):
        last = select(inbox.c.raw).where(inbox.c.node_id == node_id).order_by(inbox.c.received_at.desc()).limit(1)
        if (raw := session.scalar(last)) and (schema := envelope_of(raw).get("dataschema")):
            found[node_id] = str(schema).removeprefix("urn:kora:schema:")
    return found


def reports(session: Session) -> dict[str, tuple[datetime, Report]]:
    """Node id to how the node last said it is, and when that came; a node of an older release says nothing."""
    found = {}
    for node_id in active(session):
        last = select(receipt.c.at, receipt.c.signature).where(
            receipt.c.node_id == node_id, receipt.c.source == node_urn(node_id)
        )
        for at, raw in session.execute(last.order_by(receipt.c.at.desc()).limit(1)):
            if (told := envelope_of(raw)["data"].get("report")) is not None:
                found[node_id] = (at, Report.model_validate(told))
    return found


def keys_of(session: Session, node_id: str) -> Sequence[NodeKey]:
    """The public keys of a node, newest first."""
    mine = select(NodeKey).where(NodeKey.node_id == node_id)
    return session.scalars(mine.order_by(NodeKey.added_at.desc(), NodeKey.kid.desc())).all()


class StoredKeys(KeyRing):
    """The members' public keys, read from the database whenever ``refresh`` is called.

    A key counts while its node is active and until it is retired, so that a suspension holds from the next look on
    (S-06).
    """

    def __init__(self, sessions: sessionmaker[Session], now: Callable[[], datetime]) -> None:
        super().__init__()
        self._sessions = sessions
        self._now = now
        self.refresh()

    def refresh(self) -> None:
        """Read the keys anew."""
        now = self._now()
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            rows = session.execute(select(NodeKey, Member.state).join(Member, Member.node_id == NodeKey.node_id)).all()
        self._keys = {
            key.kid: KnownKey(
                key.kid,
                key.jwk,
                node_urn(key.node_id),
                active=state == "active" and (key.retired_at is None or now < key.retired_at),
                distrust_after=key.distrust_after,
            )
            for key, state in rows
        }
