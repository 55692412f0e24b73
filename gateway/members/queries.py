"""Questions about the members."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from gateway.members.models import Member, NodeKey
from queues import KeyRing, KnownKey, node_urn
from queues.tables import inbox, receipt


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


def last_seen(session: Session) -> dict[str, datetime]:
    """When each node was last heard: a message or a receipt of it."""
    messages = select(inbox.c.node_id, func.max(inbox.c.received_at)).group_by(inbox.c.node_id)
    answers = (
        select(receipt.c.node_id, func.max(receipt.c.at))
        .where(receipt.c.source == "urn:kora:node:" + receipt.c.node_id)
        .group_by(receipt.c.node_id)
    )
    seen: dict[str, datetime] = {}
    for node_id, at in [*session.execute(messages), *session.execute(answers)]:
        seen[node_id] = max(at, seen.get(node_id, at))
    return seen


class StoredKeys(KeyRing):
    """The members' public keys, read from the database whenever ``refresh`` is called.

    A key counts while its node is active, so that a suspension holds from the next look on (S-06).
    """

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        super().__init__()
        self._sessions = sessions
        self.refresh()

    def refresh(self) -> None:
        """Read the keys anew."""
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            rows = session.execute(select(NodeKey, Member.state).join(Member, Member.node_id == NodeKey.node_id)).all()
        self._keys = {
            key.kid: KnownKey(
                key.kid,
                key.jwk,
                node_urn(key.node_id),
                active=state == "active" and key.retired_at is None,
                distrust_after=key.distrust_after,
            )
            for key, state in rows
        }
