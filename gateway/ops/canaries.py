"""A message of the gateway's own that goes to a node and comes back as its receipt, to see that the whole way works."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from gateway import audit
from gateway.audit import OperatorAction
from gateway.members import queries as members
from queues import boxes, node_urn
from queues.tables import outbox

if TYPE_CHECKING:
    from gateway.gateway import Gateway

TYPE = "kora.canary.sent.v1"
MOST_ASKED = 1000


class NobodyToAsk(LookupError):
    """No node is let in, or not the one that is named."""


@dataclass(frozen=True, slots=True)
class Canary:
    """One such message. ``roundtrip_seconds`` from its sending to its receipt; None while it is on its way."""

    id: str
    node: str
    at: datetime
    roundtrip_seconds: float | None


def send(session: Session, *, by: str, now: datetime, node_id: str | None = None) -> list[Canary]:
    """Send one to the node, or to every node whose messages are carried. Raises NobodyToAsk."""
    nodes = [one for one in members.talking(session) if node_id in (None, one)]
    if not nodes:
        raise NobodyToAsk(node_id or "")
    sent = [Canary(_post(session, one, now), one, now, None) for one in nodes]
    for one in sent:
        audit.note(session, "canary-sent", f"node/{one.node}", by=by, now=now, node_id=one.node)
    return sent


def of(session: Session, ids: Sequence[str]) -> list[Canary]:
    """What became of these."""
    known = select(outbox).where(outbox.c.msg_id.in_(ids)).order_by(outbox.c.id)
    return [_canary(row) for row in session.execute(known)]


def asked_by_people(session: Session) -> set[tuple[str, datetime]]:
    """Node and instant of those that a person asked for and waits for."""
    asked = select(OperatorAction.node_id, OperatorAction.at).where(OperatorAction.action == "canary-sent")
    return {
        (node_id, at) for node_id, at in session.execute(asked.order_by(OperatorAction.id.desc()).limit(MOST_ASKED))
    }


def last(session: Session) -> dict[str, Canary]:
    """The last one of each node."""
    found = {}
    for node_id in members.active(session):
        mine = select(outbox).where(outbox.c.stream == node_urn(node_id), outbox.c.aggregate == _subject(node_id))
        if (row := session.execute(mine.order_by(outbox.c.seq.desc()).limit(1)).first()) is not None:
            found[node_id] = _canary(row)
    return found


class CanaryTurn:
    """The part of the background that sends one to each node from time to time, never a second before its receipt."""

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._every = timedelta(seconds=gateway.settings.canary_s)

    def run_once(self, now: datetime) -> int:
        """How many were sent."""
        with self._gateway.sessions() as session:
            session.connection(execution_options={"read_only": True})
            before = last(session)
            due = [one for one in members.talking(session) if self._is_due(before.get(one), now)]
        if due:
            with self._gateway.sessions.begin() as session:
                for node_id in due:
                    _post(session, node_id, now)
        return len(due)

    def _is_due(self, before: Canary | None, now: datetime) -> bool:
        return before is None or (before.roundtrip_seconds is not None and now - before.at >= self._every)


def _post(session: Session, node_id: str, now: datetime) -> str:
    return boxes.post(
        session, node_id=node_id, stream=node_urn(node_id), type=TYPE, subject=_subject(node_id),
        data={"sent_at": now.isoformat()}, now=now,
    )  # fmt: skip


def _subject(node_id: str) -> str:
    return f"canary/{node_id}"


def _canary(row: Row[Any]) -> Canary:
    # A node of an older release refuses the unknown type, which shows as well that the way is open.
    back = row.receipted_at
    taken = None if back is None else max((back - row.created_at).total_seconds(), 0.0)
    return Canary(row.msg_id, row.node_id, row.created_at, None if taken is None else round(taken, 3))
